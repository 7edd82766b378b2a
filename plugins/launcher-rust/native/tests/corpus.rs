//! Every input from which the fuzzers of all three languages begin, and all that they ever found: each reader answers alike.
mod targets;

use flavor_launcher::format::json::{Json, parse_json};
use std::fs;
use std::path::Path;

#[test]
fn every_input_of_the_corpus_is_answered_as_the_others_do() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../format/corpus");
    let outcomes = parse_json(&fs::read(corpus.join("outcomes.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for (name, target) in targets::TARGETS {
        let Some(Json::Object(inputs)) = outcomes.get(name) else { panic!("{name} has no outcomes") };
        assert_eq!(inputs.len(), fs::read_dir(corpus.join(name)).unwrap().count(), "{name}");
        for (input, wanted) in inputs {
            let input = String::from_utf8_lossy(input);
            let found = target(&fs::read(corpus.join(name).join(&*input)).unwrap());
            if !matches!(wanted, Json::Text(bytes) if bytes == found.as_bytes()) {
                wrong.push(format!("{name}/{input}: {found}, not {wanted:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
