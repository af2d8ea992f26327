//! What is done to a pool, by kind.

/// A kind of write. Of what stands in it nothing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Write {
    /// A user is made.
    CreateUser,
    /// A user gets a password: a random one, a temporary one, or is to choose a new one.
    SetPassword,
    /// Attributes are written.
    SetAttributes,
    /// Attributes are deleted.
    DeleteAttributes,
    /// A user joins a group.
    AddToGroup,
    /// A user leaves a group.
    RemoveFromGroup,
    /// A user may sign in, or not.
    SetEnabled,
    /// A user may sign in with an identity provider.
    LinkIdentity,
    /// That is taken away.
    UnlinkIdentity,
    /// Codes by text message and e-mail are turned on or off.
    SetMfa,
    /// A user is deleted.
    DeleteUser,
    /// A group is made, changed or deleted.
    Group,
}

impl Write {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::CreateUser,
        Self::SetPassword,
        Self::SetAttributes,
        Self::DeleteAttributes,
        Self::AddToGroup,
        Self::RemoveFromGroup,
        Self::SetEnabled,
        Self::LinkIdentity,
        Self::UnlinkIdentity,
        Self::SetMfa,
        Self::DeleteUser,
        Self::Group,
    ];

    /// The word of the metric.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::CreateUser => "CreateUser",
            Self::SetPassword => "SetPassword",
            Self::SetAttributes => "SetAttributes",
            Self::DeleteAttributes => "DeleteAttributes",
            Self::AddToGroup => "AddToGroup",
            Self::RemoveFromGroup => "RemoveFromGroup",
            Self::SetEnabled => "SetEnabled",
            Self::LinkIdentity => "LinkIdentity",
            Self::UnlinkIdentity => "UnlinkIdentity",
            Self::SetMfa => "SetMfa",
            Self::DeleteUser => "DeleteUser",
            Self::Group => "Group",
        }
    }
}
