//! Whether the new pool takes a value.

use twinpool_core::pool::{AttributeKind, AttributeSchema, LONGEST_VALUE};

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    Long,
    Short,
    Number,
    Flag,
}

impl Unfit {
    /// `None` if it takes it.
    pub(super) fn of(schema: Option<&AttributeSchema>, value: &str) -> Option<Self> {
        let kind = schema.unwrap_or(&AttributeSchema::TEXT).kind;
        // Cognito does not say whether it counts characters or bytes up to the schema's limit; of all values it takes 2,048 bytes.
        let length = u32::try_from(value.chars().count()).unwrap_or(u32::MAX);
        let bytes = u32::try_from(value.len()).unwrap_or(u32::MAX);
        match kind {
            _ if bytes > LONGEST_VALUE => Some(Self::Long),
            AttributeKind::Text { max, .. } if length > max => Some(Self::Long),
            AttributeKind::Text { min, .. } if length < min => Some(Self::Short),
            AttributeKind::Number { min, max } => match value.parse::<i64>() {
                Ok(number) if min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max) => {
                    None
                }
                _ => Some(Self::Number),
            },
            AttributeKind::Boolean if !["true", "false"].contains(&value) => Some(Self::Flag),
            AttributeKind::Text { .. } | AttributeKind::Boolean | AttributeKind::DateTime => None,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Long => "too long",
            Self::Short => "too short",
            Self::Number => "no number, or outside of the range",
            Self::Flag => "neither true nor false",
        }
    }
}
