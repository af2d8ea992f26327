//! What people type, at the end of each command's help. A test reads every line as the command itself would.

use clap::Command;

/// Each command, and examples of it.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "init",
        &[
            "twinpool init --old-pool eu-west-1_Old12345 --new-pool eu-west-1_New12345",
            "twinpool init --yes --force",
        ],
    ),
    ("audit", &["twinpool audit", "twinpool audit --html audit.html"]),
    ("dlq show", &["twinpool dlq show"]),
    ("dlq redrive", &["twinpool dlq redrive --dry-run", "twinpool dlq redrive --all --yes"]),
    ("dlq drop", &["twinpool dlq drop --cause other_pool --dry-run"]),
    ("resolve", &["twinpool resolve 9441f38c-d64d-45d1-8401-ec94ab328c6d"]),
    (
        "serve",
        &[
            "twinpool serve",
            "curl http://127.0.0.1:8787/v1/resolve/9441f38c-d64d-45d1-8401-ec94ab328c6d",
            "twinpool serve --ui",
            "twinpool serve --ui --allow-changes",
        ],
    ),
    (
        "route",
        &[
            "twinpool route --id 9441f38c-d64d-45d1-8401-ec94ab328c6d",
            "twinpool route --group staff --value custom:tenant=acme",
        ],
    ),
    (
        "explain",
        &["twinpool explain 9441f38c-d64d-45d1-8401-ec94ab328c6d", "twinpool explain jane --aliases"],
    ),
    ("sync", &["twinpool sync 9441f38c-d64d-45d1-8401-ec94ab328c6d --yes"]),
    ("conflicts list", &["twinpool conflicts list", "twinpool conflicts list --reason taken --json"]),
    ("conflicts show", &["twinpool conflicts show 9441f38c-d64d-45d1-8401-ec94ab328c6d"]),
    (
        "conflicts resolve",
        &[
            "twinpool conflicts resolve 9441f38c-d64d-45d1-8401-ec94ab328c6d --keep-old --attribute email",
            "twinpool conflicts resolve --reason twin --twins-into-first --dry-run",
        ],
    ),
    ("report", &["twinpool report --html move.html", "twinpool report passwords"]),
    ("report mfa", &["twinpool report mfa", "twinpool report mfa --csv > factors.csv"]),
    ("report drain", &["twinpool report drain"]),
    (
        "report passwords",
        &["twinpool report passwords", "twinpool report passwords --list need-reset > subs.txt"],
    ),
    (
        "report sign-in",
        &["twinpool report sign-in --by day", "twinpool report sign-in --list not-yet > subs.txt"],
    ),
    (
        "invite",
        &[
            "twinpool invite --preview",
            "twinpool invite --remaining --batch 200 --dry-run",
            "twinpool invite --withdraw expired",
        ],
    ),
    ("reset-passwords", &["twinpool reset-passwords --why 'after the rollback of Monday' --dry-run"]),
    ("where", &["twinpool where"]),
    ("rules check", &["twinpool rules check", "twinpool rules check --rules staging.toml"]),
    ("doctor", &["twinpool doctor", "twinpool doctor --user jane"]),
    ("rehearse", &["twinpool rehearse --users 100 --dry-run"]),
    ("estimate", &["twinpool estimate", "twinpool estimate --percent 30 --exact"]),
    (
        "backfill",
        &[
            "twinpool backfill --dry-run",
            "twinpool backfill --only group=staff",
            "twinpool backfill --percent 30 --yes",
        ],
    ),
    ("sweep", &["twinpool sweep --dry-run", "twinpool sweep --yes"]),
    ("undo", &["twinpool undo 20261122-0900-abcd --dry-run"]),
    (
        "verify",
        &["twinpool verify", "twinpool verify --sample 500", "twinpool verify --repair --rows rows.jsonl"],
    ),
    (
        "watch",
        &[
            "twinpool watch --once",
            "twinpool watch --every 1m --topic arn:aws:sns:eu-west-1:123456789012:moves",
            "twinpool watch --auto-rollback --yes",
        ],
    ),
    ("status", &["twinpool status", "twinpool status --watch", "twinpool status --json"]),
    ("runs", &["twinpool runs", "twinpool runs 20261122-0900-abcd --users"]),
    ("pause", &["twinpool pause"]),
    ("resume", &["twinpool resume"]),
    ("rate", &["twinpool rate 20", "twinpool rate default"]),
    ("phase", &["twinpool phase", "twinpool phase --history"]),
    (
        "switch",
        &[
            "twinpool switch --percent 5 --canary-user 9441f38c-d64d-45d1-8401-ec94ab328c6d --why 'the first'",
            "twinpool switch --group staff --why 'ourselves first'",
            "twinpool switch --where custom:tenant=acme --why 'acme agreed'",
            "twinpool switch --percent 100 --why 'a week without trouble'",
        ],
    ),
    ("rollback", &["twinpool rollback --why 'sign-ins fail since ten'"]),
    ("complete", &["twinpool complete --why 'four weeks in the new pool'"]),
    ("reopen", &["twinpool reopen --why 'the app of the shops still uses the old pool'"]),
    ("export", &["twinpool export pool.jsonl", "twinpool export --format csv --pool new pool.csv"]),
    ("export links", &["twinpool export links --to links.jsonl --sql links.sql"]),
    ("import", &["twinpool import pool.jsonl --dry-run"]),
    ("package", &["twinpool package", "twinpool package --rules twinpool.toml"]),
    ("deploy", &["twinpool deploy --dry-run", "twinpool deploy --parameter QuotaPercent=30"]),
    ("remove", &["twinpool remove --dry-run"]),
    (
        "attach",
        &[
            "twinpool attach --dry-run",
            "twinpool attach --pool new --yes",
            "twinpool attach --print terraform",
        ],
    ),
    ("detach", &["twinpool detach --dry-run", "twinpool detach --pool new --yes"]),
    (
        "completions",
        &[
            "twinpool completions bash > /etc/bash_completion.d/twinpool",
            "twinpool completions zsh > ~/.zfunc/_twinpool",
            "twinpool completions fish > ~/.config/fish/completions/twinpool.fish",
        ],
    ),
    ("man", &["twinpool man ~/.local/share/man/man1"]),
];

/// The command with its examples, and so all below it.
pub(crate) fn taught(command: Command) -> Command {
    command.mut_subcommands(|below| {
        let path = below.get_name().to_owned();
        taught_at(below, &path)
    })
}

fn taught_at(command: Command, path: &str) -> Command {
    let lines = of(path);
    let command = command.mut_subcommands(|below| {
        let path = format!("{path} {}", below.get_name());
        taught_at(below, &path)
    });
    if lines.is_empty() {
        return command;
    }
    let head = if lines.len() == 1 { "Example:" } else { "Examples:" };
    let shown: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    let rest = command.get_after_help().map(|text| format!("\n{text}")).unwrap_or_default();
    command.after_help(format!("{head}\n{shown}{rest}").trim_end().to_owned())
}

fn of(path: &str) -> &'static [&'static str] {
    EXAMPLES.iter().find(|(command, _)| *command == path).map_or(&[], |(_, lines)| lines)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::Cli;
    use crate::defaults::is_understood;
    use crate::dlq::is_cause;

    /// Every command that does something, by its words.
    fn leaves(command: &Command, path: &str) -> Vec<String> {
        let below = command.get_subcommands().filter(|below| below.get_name() != "help");
        let name = |below: &Command| format!("{path} {}", below.get_name()).trim().to_owned();
        let mut all: Vec<_> = below.flat_map(|below| leaves(below, &name(below))).collect();
        if !command.is_subcommand_required_set() && !path.is_empty() {
            all.push(path.to_owned());
        }
        all
    }

    #[test]
    fn every_command_has_an_example_and_every_example_is_of_a_command() {
        let mut leaves = leaves(&Cli::command(), "");
        let mut taught: Vec<_> = EXAMPLES.iter().map(|(path, _)| (*path).to_owned()).collect();
        leaves.sort();
        taught.sort();
        assert_eq!(taught, leaves);
        let help = taught_help("backfill");
        assert!(
            help.contains("Examples:\n  twinpool backfill --dry-run\n") && help.contains("twinpool where"),
            "{help}"
        );
    }

    fn taught_help(name: &str) -> String {
        let mut command = taught(Cli::command());
        command.find_subcommand_mut(name).unwrap().render_long_help().to_string()
    }

    /// As a shell takes a line apart, as far as the examples need it.
    fn words(line: &str) -> Vec<String> {
        let line = line.split(" > ").next().unwrap_or_default();
        let mut words = Vec::new();
        for (at, part) in line.split('\'').enumerate() {
            match at % 2 {
                0 => words.extend(part.split_whitespace().map(str::to_owned)),
                _ => words.push(part.to_owned()),
            }
        }
        words
    }

    #[test]
    fn every_example_is_understood() {
        let lines = EXAMPLES.iter().flat_map(|(_, lines)| *lines).filter(|line| !line.starts_with("curl "));
        for line in lines {
            if let Err(problem) = is_understood(words(line)) {
                panic!("{line}: {problem}");
            }
            // Text to clap: those of other versions are taken, too.
            let cause = words(line).into_iter().skip_while(|word| word != "--cause").nth(1);
            assert!(cause.is_none_or(|cause| is_cause(&cause)), "{line}");
        }
    }
}
