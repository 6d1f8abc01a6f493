//! What stands around the findings of a page, a line each: the memory account, what probing cost, where the run was.

use crate::evidence::{AccountPart, Environment, TargetRecord};
use crate::findings::{AccountRow, Report};
use crate::units::{Bytes, Unit};

use super::levels::{changed_by, from_to, has_no_level};

/// How each part of the memory account went: "live heap 1 MiB → 2 MiB (100 B per request) · …"; none without an account.
/// Where more requests were in flight at the end, what each part came back to when they ended, and they themselves.
pub fn describe_account(report: &Report) -> Option<String> {
    let left = report.load.as_ref().filter(|load| load.left_in_flight());
    let rows = report.account.iter().map(|row| {
        let [start, end] = account_ends(row);
        let each = row
            .per_request
            .filter(|v| v.abs() >= 0.5)
            .map(|v| format!(" ({} per request)", Bytes(v)))
            .unwrap_or_default();
        let settled = account_settled(row).filter(|_| left.is_some());
        let settled = settled.map(|settled| format!(", {settled} after settle")).unwrap_or_default();
        format!("{} {}{settled}{each}", row.part, from_to(Unit::Bytes, Some(start), Some(end)))
    });
    let count = |n: u64| Unit::Count.show(n as f64);
    let in_flight = left.map(|load| {
        let [start, end] = [load.in_flight_start, load.in_flight_end].map(count);
        let settled = load.in_flight_settled.map(|n| format!(", {} after settle", count(n)));
        format!("requests in flight {start} → {end}{}", settled.unwrap_or_default())
    });
    let rows: Vec<String> = match report.account.is_empty() {
        true => Vec::new(),
        false => rows.chain(in_flight).collect(),
    };
    (!rows.is_empty()).then(|| rows.join(" · "))
}

/// The bytes of a row of the account at both ends of steady. What the runtime has reserved and not touched is recorded
/// below zero, for the parts to add up to RSS, and is an amount like any other.
pub fn account_ends(row: &AccountRow) -> [f64; 2] {
    [row.start, row.end].map(|bytes| amount(row.part, bytes))
}

fn amount(part: AccountPart, bytes: f64) -> f64 {
    if part == AccountPart::NotResident { 0.0 - bytes } else { bytes }
}

/// What a row of the account holds after settle, or by how much it changed from the start until then.
pub fn account_settled(row: &AccountRow) -> Option<String> {
    let [start, end] = account_ends(row);
    let settled = amount(row.part, row.settled?);
    Some(match has_no_level(Unit::Bytes, Some(start), Some(end.min(settled))) {
        true => changed_by(Unit::Bytes, settled - start),
        false => Bytes(settled).to_string(),
    })
}

/// What the probes cost the target: how often each was asked, how long an answer took, and its CPU time; none where the
/// target itself was never asked.
pub fn describe_probing(report: &Report) -> Option<String> {
    let asked = || report.probes.iter().filter(|p| p.asks_target && p.asked > 0);
    let each = asked().map(|p| {
        let cpu = p.cpu_mean_s.map(|cpu| format!(", {} CPU without load", Unit::Seconds.show(cpu)));
        // notes say how often all was read
        let counts = (p.counts > 0).then(|| format!(" ({} of them read only the number)", p.counts));
        let (mean, counts) = (Unit::Seconds.show(p.mean_s), counts.unwrap_or_default());
        format!("{} {}{counts} × {mean}{}", p.name, p.asked, cpu.unwrap_or_default())
    });
    let each: Vec<String> = each.collect();
    let all = Unit::Ratio.show(asked().map(|p| p.cost_ratio).sum());
    (!each.is_empty()).then(|| format!("took at most {all} of the target's time: {}", each.join(" · ")))
}

/// The machine and the tool: "linux 6.1, 2 cores, by soak 0.1.0".
pub fn describe_machine(environment: &Environment) -> String {
    let Environment { soak, os, kernel, cores, .. } = environment;
    format!("{os} {kernel}, {cores} cores, by soak {soak}")
}

/// One line about the target: "shop-api (pid 4711), user www, Go, listens on the port".
pub fn describe_target(target: &TargetRecord) -> String {
    let mut line = target.program.clone();
    if let Some(pid) = target.pid {
        line += &format!(" (pid {pid})");
    }
    if let Some(user) = &target.user {
        line += &format!(", user {user}");
    }
    if let Some(container) = &target.container {
        line += &format!(", container {}", &container[..container.len().min(12)]);
    }
    if target.processes > 1 {
        line += &format!(", {} processes", target.processes);
    }
    line + &format!(", {}, {}", target.runtime, target.found_by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::LoadFinding;

    #[test]
    fn a_part_has_one_name_and_no_amount_of_it_is_negative() {
        let said = |part, start, end| {
            let row = AccountRow { part, start, end, settled: None, per_request: None };
            describe_account(&Report { account: vec![row], ..Report::example() }).unwrap()
        };
        assert_eq!(said(AccountPart::Native, 0.0, 2048.0), "native memory 0 B → 2.0 KiB");
        assert_eq!(said(AccountPart::Native, 0.0, -28_672.0), "native memory changed by −28.0 KiB");
        let reserved = said(AccountPart::NotResident, -28_672.0, -28_672.0);
        assert_eq!(reserved, "not yet resident 28.0 KiB → 28.0 KiB");
        let settled = |part, start, end| {
            account_settled(&AccountRow { part, start, end, settled: Some(end), per_request: None })
        };
        assert_eq!(settled(AccountPart::NotResident, -28_672.0, -28_672.0).unwrap(), "28.0 KiB");
        assert_eq!(settled(AccountPart::Native, 0.0, -28_672.0).unwrap(), "changed by −28.0 KiB");
    }

    #[test]
    fn what_requests_in_flight_held_is_seen_by_what_stayed_when_they_ended() {
        let row = AccountRow {
            part: AccountPart::Stacks,
            start: 65_536.0,
            end: 1_048_576.0,
            settled: Some(65_536.0),
            per_request: None,
        };
        let load = LoadFinding {
            in_flight_start: 1,
            in_flight_end: 64,
            in_flight_settled: Some(0),
            ..LoadFinding::example()
        };
        let report = Report { account: vec![row], load: Some(load), ..Report::example() };
        assert_eq!(
            describe_account(&report).unwrap(),
            "stacks 64.0 KiB → 1.0 MiB, 64.0 KiB after settle · requests in flight 1 → 64, 0 after settle"
        );
    }
}
