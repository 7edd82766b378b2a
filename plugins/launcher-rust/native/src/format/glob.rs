//! Names compared with patterns: `*` stands for any characters, `?` for one.

/// A character may be several bytes; what is not UTF-8 counts byte by byte.
pub fn matches_glob(glob: &[u8], name: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while from < name.len() {
        match glob.get(at) {
            Some(b'*') => {
                retry = Some((at + 1, from));
                at += 1;
            }
            Some(b'?') => {
                at += 1;
                from += character(&name[from..]);
            }
            Some(byte) if *byte == name[from] => {
                at += 1;
                from += 1;
            }
            _ => match retry {
                None => return false,
                Some((after, tried)) => {
                    let next = tried + character(&name[tried..]);
                    retry = Some((after, next));
                    (at, from) = (after, next);
                }
            },
        }
    }
    glob[at..].iter().all(|byte| *byte == b'*')
}

fn character(bytes: &[u8]) -> usize {
    let more = bytes[1..].iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
    if bytes[0] >= 0xc0 { 1 + more.min(3) } else { 1 }
}
