use super::*;

#[test]
fn each_shell_knows_the_commands() {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Elvish, Shell::PowerShell] {
        let (script, _) = completions(&Completions { shell }).unwrap();
        for word in ["rollback", "explain", "canary-user"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn a_page_for_each_command_with_its_examples() {
    let folder = std::env::temp_dir().join(format!("twinpool-man-{}", std::process::id()));
    pages(&Pages { folder: folder.clone() }).unwrap();
    let page = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let (whole, switch, list) =
        (page("twinpool.1"), page("twinpool-switch.1"), page("twinpool-conflicts-list.1"));
    assert!(whole.contains("twinpool\\-rollback") || whole.contains("twinpool-rollback"), "{whole}");
    assert!(switch.contains("\\-\\-percent") && switch.contains("ourselves first"), "{switch}");
    assert!(
        list.contains("twinpool conflicts list") || list.contains("twinpool\\-conflicts\\-list"),
        "{list}"
    );
    fs::remove_dir_all(&folder).unwrap();
}
