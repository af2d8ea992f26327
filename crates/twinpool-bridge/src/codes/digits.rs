//! Random digits.

use twinpool_core::one_time_code::Code;

use crate::outcome::Trouble;

/// How many codes there are: eight digits, as many as Cognito's own have. Whoever guesses at many accounts at once is limited by this
/// alone.
const ALL: u32 = 100_000_000;

/// The largest multiple of [`ALL`] that four bytes hold. What lies above would make small codes likelier.
const FAIR: u32 = u32::MAX - u32::MAX % ALL;

/// Draws a code; each is as likely as any other.
pub(super) fn draw() -> Result<Code, Trouble> {
    loop {
        let mut noise = [0_u8; 4];
        getrandom::fill(&mut noise).map_err(|_| Trouble::NoRandomness)?;
        if let Some(code) = fair(u32::from_be_bytes(noise)) {
            return Ok(code);
        }
    }
}

fn fair(number: u32) -> Option<Code> {
    (number < FAIR).then(|| Code::new(format!("{:08}", number % ALL)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_would_make_small_codes_likelier_is_drawn_again() {
        assert_eq!(FAIR % ALL, 0);
        assert_eq!(fair(FAIR), None);
        assert_eq!(fair(FAIR - 1), Some(Code::new("99999999")));
        assert_eq!(fair(FAIR - ALL), Some(Code::new("00000000")));
    }
}
