use std::fs;

use crate::arguments::DoctorArguments;
use crate::doctor::{Finding, Kubectl, Level, Objects, examine, examine_logs, reach};
use crate::failure::Failure;
use crate::output;

pub(super) fn run_doctor(arguments: &DoctorArguments) -> Result<(), Failure> {
    let mut findings = match &arguments.objects {
        Some(path) => {
            let named = |told: String| Failure::BadInput(format!("{}: {told}", path.display()));
            let text = fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
            let objects = Objects::from_json(&text).map_err(|error| named(error.to_string()))?;
            examine(&objects, &arguments.namespace)
        }
        None => examine_cluster(arguments)?,
    };
    if let Some(url) = &arguments.url {
        findings.push(reach(url));
    }
    output::findings(&findings, arguments.output.format)?;
    judged(&findings)
}

fn examine_cluster(arguments: &DoctorArguments) -> Result<Vec<Finding>, Failure> {
    let kubectl = Kubectl::new(&arguments.kubectl, arguments.context.as_deref());
    let cannot_look = |error| Failure::BadInput(format!("the cluster cannot be looked at: {error}"));
    let (objects, complaints) = kubectl.objects().map_err(cannot_look)?;
    if !arguments.output.quiet {
        for complaint in complaints {
            anstream::eprintln!("note: {complaint}");
        }
    }
    let mut findings = examine(&objects, &arguments.namespace);
    findings.extend(examine_logs(&objects, |namespace, pod| kubectl.log(namespace, pod)));
    Ok(findings)
}

fn judged(findings: &[Finding]) -> Result<(), Failure> {
    match findings.iter().filter(|finding| finding.level == Level::Problem).count() {
        0 => Ok(()),
        1 => Err(Failure::Failed("1 problem".to_owned())),
        problems => Err(Failure::Failed(format!("{problems} problems"))),
    }
}
