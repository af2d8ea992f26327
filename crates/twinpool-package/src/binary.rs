//! What a binary says of itself.

use std::fmt;

/// The newest glibc of `provided.al2023`.
const AL2023_GLIBC: u32 = 34;

/// What the template calls `Architecture`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// Intel and AMD.
    X86_64,
    /// Graviton.
    Arm64,
}

impl Architecture {
    /// Of this machine, if Lambda has it.
    #[must_use]
    pub fn here() -> Option<Self> {
        match std::env::consts::ARCH {
            _ if !cfg!(target_os = "linux") => None,
            "x86_64" => Some(Self::X86_64),
            "aarch64" => Some(Self::Arm64),
            _ => None,
        }
    }

    /// Of an ELF binary for Linux; `None` for everything else.
    #[must_use]
    pub fn of(binary: &[u8]) -> Option<Self> {
        let header = binary.strip_prefix(b"\x7fELF\x02\x01")?;
        // e_machine: 18 bytes from the start of the file, little-endian.
        match header.get(12..14)? {
            [0x3e, 0] => Some(Self::X86_64),
            [0xb7, 0] => Some(Self::Arm64),
            _ => None,
        }
    }

    /// In Lambda's words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why Lambda could not load a binary as this.
pub(crate) fn unfit(binary: &[u8], wanted: Architecture) -> Option<String> {
    let Some(architecture) = Architecture::of(binary) else {
        return Some("is built for another system".to_owned());
    };
    if architecture != wanted {
        return Some(format!("is built for {architecture} and not for {wanted}"));
    }
    let needed = newest_glibc(binary);
    (needed > AL2023_GLIBC).then(|| format!("needs glibc 2.{needed} where Lambda has 2.{AL2023_GLIBC}"))
}

/// The highest `GLIBC_2.x` that a binary names.
fn newest_glibc(binary: &[u8]) -> u32 {
    const NAME: &[u8] = b"GLIBC_2.";
    let named = binary.windows(NAME.len() + 2).filter(|window| window.starts_with(NAME));
    let minor = |window: &[u8]| {
        let digits = window.iter().skip(NAME.len()).take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |minor, digit| minor * 10 + u32::from(digit - b'0'))
    };
    named.map(minor).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_is_found() {
        assert_eq!(newest_glibc(b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.17\0"), 34);
        assert_eq!(newest_glibc(b"nothing"), 0);
    }

    #[test]
    fn what_lambda_cannot_load_is_told() {
        let elf = |machine: u8, rest: &[u8]| {
            let mut binary = b"\x7fELF\x02\x01".to_vec();
            binary.resize(18, 0);
            binary.extend([machine, 0]);
            [&binary, rest].concat()
        };
        assert_eq!(unfit(&elf(0xb7, b"GLIBC_2.34"), Architecture::Arm64), None);
        let other = unfit(&elf(0x3e, b""), Architecture::Arm64).unwrap();
        assert!(other.contains("for x86_64 and not for arm64"), "{other}");
        let newer = unfit(&elf(0x3e, b"GLIBC_2.39 "), Architecture::X86_64).unwrap();
        assert!(newer.contains("glibc 2.39"), "{newer}");
        let foreign = unfit(b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0", Architecture::Arm64);
        assert!(foreign.unwrap().contains("another system"));
        assert!(unfit(b"", Architecture::X86_64).is_some());
    }
}
