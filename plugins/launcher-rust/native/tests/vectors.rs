//! Every vector of `format/vectors`: packages that must be accepted with what is found in them, packages with one thing
//! changed and the code that refuses them, and single values.
use flavor_launcher::codes::Code;
use flavor_launcher::errors::Result;
use flavor_launcher::format::bytes::{adler32, sha256, to_hex};
use flavor_launcher::format::chain::{chain_word, pack_chain, unpack_chain};
use flavor_launcher::format::content::examine_content;
use flavor_launcher::format::examination::{Package, examine, open_package};
use flavor_launcher::format::gzip::{gunzip_metadata, store_gzip};
use flavor_launcher::format::json::{Json, parse_json, quote};
use flavor_launcher::format::metadata::{lifecycle_name, lifecycle_of, parse_mode, target_path};
use flavor_launcher::format::slot::descriptor_id;
use flavor_launcher::format::verification::SignatureCheck;
use flavor_launcher::format::words::split_words;
use flavor_launcher::sys;
use flavor_launcher::unpack::tree::Tree;
use flavor_launcher::unpack::unpack::unpack_slot;
use flavor_launcher::workenv::remove_tree::remove_tree;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../format/vectors")
}

fn read_json(path: &Path) -> Json {
    parse_json(&fs::read(path).unwrap()).unwrap_or_else(|| panic!("{} is not JSON", path.display()))
}

fn bases() -> BTreeMap<String, Vec<u8>> {
    let names = fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let named = |path: PathBuf| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path.join("package.pspf")).unwrap());
    names.map(named).collect()
}

fn items(json: &Json) -> &[Json] {
    match json {
        Json::List(items) => items,
        other => panic!("{other:?} is no list"),
    }
}

fn list<'a>(json: &'a Json, key: &str) -> &'a [Json] {
    json.get(key).map_or(&[], items)
}

fn text(json: &Json) -> String {
    match json {
        Json::Text(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        other => panic!("{other:?} is no text"),
    }
}

fn word(json: &Json, key: &str) -> String {
    json.get(key).map(text).unwrap_or_default()
}

fn number(json: &Json) -> usize {
    match json {
        Json::Number(spelt) => spelt.parse().unwrap(),
        other => panic!("{other:?} is no number"),
    }
}

fn count(json: &Json, key: &str) -> Option<usize> {
    json.get(key).map(number)
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn spelt_bytes(json: &Json) -> Vec<u8> {
    from_hex(&word(json, "hex")).repeat(count(json, "repeat").unwrap_or(1))
}

fn refusal<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|error| error.code)
}

fn opened(bytes: &[u8]) -> Result<Package<Vec<u8>>> {
    open_package(bytes.to_vec(), SignatureCheck::Strict)
}

fn content_refusal(bytes: &[u8]) -> Option<Code> {
    let package = opened(bytes).unwrap();
    examine_content(&package).into_iter().find_map(|result| refusal(result.outcome))
}

fn extraction_refusal(bytes: &[u8]) -> Option<Code> {
    let package = opened(bytes).unwrap();
    let root = sys::make_temporary_directory(&std::env::temp_dir().join("flavor-vector-")).unwrap();
    let mut tree = Tree::new(&root);
    let unpacked = package.slots.iter().try_for_each(|slot| unpack_slot(&package.source, slot, &mut tree, &|_| {}));
    let refused = refusal(unpacked.and_then(|()| tree.finish()));
    remove_tree(&root).unwrap();
    refused
}

/// In the words of `expect.json`.
fn facts(package: &Package<Vec<u8>>) -> String {
    let regions: Vec<String> =
        package.regions.iter().map(|region| format!("[{},{},{}]", quote(&region.name), region.offset, region.size)).collect();
    let slots: Vec<String> = package
        .slots
        .iter()
        .map(|slot| {
            let chain: Vec<String> = slot.chain.iter().map(u8::to_string).collect();
            format!(
                r#"{{"id":{},"path":{},"chain":[{}],"offset":{},"size":{},"mode":"{:04o}","lifecycle":"{}"}}"#,
                quote(&slot.id),
                quote(&target_path(&slot.target)),
                chain.join(","),
                slot.offset,
                slot.stored_size,
                slot.mode,
                lifecycle_name(slot.lifecycle)
            )
        })
        .collect();
    format!(
        r#"{{"key":"{}","exact":{},"metadataSha256":"{}","regions":[{}],"slots":[{}]}}"#,
        to_hex(&package.index.public_key),
        package.metadata.exact,
        to_hex(&sha256(&package.metadata_bytes)),
        regions.join(","),
        slots.join(",")
    )
}

fn plain(json: &Json) -> String {
    format!("{json:?}")
}

#[test]
fn packages_that_must_be_accepted_are_and_hold_what_is_expected() {
    let bases = bases();
    assert!(bases.len() > 10);
    for (name, bytes) in &bases {
        let expected = read_json(&directory().join(name).join("expect.json"));
        assert_eq!(to_hex(&sha256(bytes)), word(&expected, "sha256"), "{name}");
        let package = opened(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = parse_json(facts(&package).as_bytes()).unwrap();
        for key in ["key", "exact", "metadataSha256", "regions", "slots"] {
            assert_eq!(found.get(key).map(plain), expected.get(key).map(plain), "{name}: {key}");
        }
        assert!(examine(bytes, SignatureCheck::Strict).iter().all(|result| result.outcome.is_ok()), "{name}");
        assert_eq!(content_refusal(bytes), None, "{name}");
        assert_eq!(extraction_refusal(bytes), None, "{name}");
    }
}

fn mutants(mutation: &Json, base: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    if let Some(edits) = mutation.get("edits") {
        let (mut mutant, mut at) = (Vec::new(), 0);
        for edit in items(edits) {
            let start = count(edit, "at").unwrap();
            mutant.extend_from_slice(&base[at..start]);
            mutant.extend(from_hex(&word(edit, "insert")).repeat(count(edit, "repeat").unwrap_or(1)));
            at = start + count(edit, "remove").unwrap_or(0);
        }
        mutant.extend_from_slice(&base[at..]);
        all.push(mutant);
    }
    all.extend(list(mutation, "cuts").iter().map(|cut| base[..number(cut)].to_vec()));
    for range in list(mutation, "flips") {
        for at in number(&items(range)[0])..number(&items(range)[1]) {
            let mut mutant = base.to_vec();
            mutant[at] ^= 1;
            all.push(mutant);
        }
    }
    all
}

#[test]
fn packages_with_one_thing_changed_have_the_outcome_that_is_stated() {
    let bases = bases();
    let mutations = read_json(&directory().join("mutations.json"));
    let mutations = list(&mutations, "mutations");
    assert!(mutations.len() > 200);
    let mut wrong = Vec::new();
    for mutation in mutations {
        let (name, stage) = (word(mutation, "name"), word(mutation, "stage"));
        let code = mutation.get("code").map(text);
        let mut expect = |what: &str, found: Option<Code>, wanted: Option<&String>| {
            if found.map(Code::name) != wanted.map(String::as_str) {
                wrong.push(format!("{name} ({what}): {found:?} instead of {wanted:?}"));
            }
        };
        if let (Some(code), Some(exit)) = (&code, count(mutation, "exit")) {
            let known = flavor_launcher::codes::Code::Internal.name() != code;
            assert!(known && exit > 101, "{name}");
        }
        for mutant in mutants(mutation, &bases[&word(mutation, "base")]) {
            let at_opening = code.as_ref().filter(|_| stage.is_empty());
            let result = opened(&mutant);
            let found = result.as_ref().err().map(|error| (error.code, error.code.exit()));
            expect("opening", found.map(|(code, _)| code), at_opening);
            if let Some((_, exit)) = found {
                assert_eq!(Some(exit as usize), count(mutation, "exit"), "{name}");
            }
            let first = examine(&mutant, SignatureCheck::Strict).into_iter().find_map(|result| refusal(result.outcome));
            expect("examining", first, at_opening);
            if result.is_ok() {
                expect("content", content_refusal(&mutant), code.as_ref().filter(|_| stage == "content"));
            }
            if result.is_ok() && (stage == "extract" || code.is_none()) {
                expect("extracting", extraction_refusal(&mutant), code.as_ref().filter(|_| stage == "extract"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn single_values_are_what_the_vectors_say() {
    let values = read_json(&directory().join("values.json"));
    for one in list(&values, "adler32") {
        assert_eq!(format!("{:08x}", adler32([&spelt_bytes(one)[..]])), word(one, "sum"));
    }
    for one in list(&values, "nameHash") {
        assert_eq!(to_hex(&sha256(word(one, "name").as_bytes())[..8]), word(one, "bytes"));
    }
    for one in list(&values, "chain") {
        let codes: Vec<u8> = list(one, "codes").iter().map(|code| number(code) as u8).collect();
        let packed = pack_chain(&codes);
        assert_eq!(to_hex(&packed.to_le_bytes()), word(one, "packed"));
        assert!(one.get("word").is_none_or(|wanted| text(wanted) == chain_word(&codes)), "{codes:?}");
        assert_eq!(unpack_chain(packed), codes);
    }
    for one in list(&values, "seed") {
        let seed = sha256(word(one, "text").as_bytes());
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        assert_eq!((to_hex(&seed), to_hex(key.verifying_key().as_bytes())), (word(one, "seed"), word(one, "publicKey")));
    }
    for one in list(&values, "storedGzip") {
        let gzip = from_hex(&word(one, "gzip"));
        assert_eq!(to_hex(&store_gzip(&spelt_bytes(one))), to_hex(&gzip));
        assert_eq!(gunzip_metadata(&gzip).unwrap(), spelt_bytes(one));
    }
    for one in list(&values, "rowId") {
        assert_eq!(to_hex(&descriptor_id(count(one, "slot").unwrap() as u64).to_le_bytes()), word(one, "id"));
    }
    for one in list(&values, "mode") {
        assert_eq!(parse_mode(&word(one, "text")) as usize, count(one, "mode").unwrap(), "{}", word(one, "text"));
    }
    for one in list(&values, "target") {
        assert_eq!(target_path(&word(one, "target")), word(one, "path"));
    }
    for one in list(&values, "lifecycle") {
        assert_eq!(lifecycle_name(lifecycle_of(&word(one, "word"))), word(one, "means"));
    }
    for one in list(&values, "command") {
        let wanted = match one.get("words") {
            Some(Json::List(words)) => Some(words.iter().map(text).collect::<Vec<_>>()),
            _ => None,
        };
        assert_eq!(split_words(&word(one, "line")).ok(), wanted, "{}", word(one, "line"));
    }
}
