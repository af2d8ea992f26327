mod pools;
mod round_trip;
mod wrong;
