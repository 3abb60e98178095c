//! The encodings and compressions of a body.

use std::io::Write;

use super::*;

fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xFEFF_u16);
    mark.into_iter()
        .chain(text.encode_utf16())
        .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

on_both! {
    fn both_unicode_encodings_are_read_and_no_other(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let text = question(&provider);
        let mut marked = b"\xEF\xBB\xBF".to_vec();
        marked.extend(text.as_bytes());
        let plain = "Content-Type: text/xml\r\n".to_owned();
        let sixteen = "Content-Type: text/xml; charset=utf-16\r\n".to_owned();
        all_answered(&provider, &[
            ("UTF-8 with a mark", plain.clone(), marked),
            ("UTF-8 declared", plain.clone(), format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{text}").into_bytes()),
            ("single-quoted declaration", plain.clone(), format!("<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n{text}").into_bytes()),
            ("UTF-16 LE with a mark", sixteen.clone(), utf16(&text, false, true)),
            ("UTF-16 BE with a mark", sixteen.clone(), utf16(&text, true, true)),
            ("UTF-16 LE by its mark alone", plain.clone(), utf16(&text, false, true)),
            ("UTF-16 LE named", "Content-Type: text/xml; charset=utf-16le\r\n".to_owned(), utf16(&text, false, false)),
            ("UTF-16 BE named", "Content-Type: text/xml; charset=utf-16be\r\n".to_owned(), utf16(&text, true, false)),
            ("the header wins over the declaration", XML.to_owned(), format!("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>{text}").into_bytes()),
        ]);
        for charset in ["iso-8859-1", "utf-7", "utf-32", "windows-1252"] {
            let answer = provider.post_with(LS, &format!("Content-Type: text/xml; charset={charset}\r\n"), text.as_bytes());
            assert_ne!(answer.status, 200, "{charset}");
        }
    }

    fn a_name_outside_ascii_survives_both_encodings(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let text = question(&provider).replace("<FamilyName>Body</FamilyName>", "<FamilyName>Zażółć “Ö” 𝒳</FamilyName>");
        for (headers, body) in [("Content-Type: text/xml\r\n", text.clone().into_bytes()), ("Content-Type: text/xml; charset=utf-16\r\n", utf16(&text, false, true))] {
            let answer = provider.post_with(LS, headers, &body);
            assert_eq!(answer.value("FamilyName"), "Zażółć “Ö” 𝒳");
        }
    }

    fn gzip_is_read_and_written_only_when_asked_for(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let body = question(&provider).into_bytes();
        let answer = provider.post_with(LS, &format!("{XML}Content-Encoding: gzip\r\n"), &gzip(&body));
        assert_eq!(answer.code(), "WSRC0001");
        for accept in ["identity", "gzip;q=0", "*;q=0"] {
            let answer = provider.post_with(LS, &format!("{XML}Accept-Encoding: {accept}\r\n"), &body);
            assert_eq!(answer.header("content-encoding"), None, "{accept}");
        }
        let answer = provider.post_with(LS, &format!("{XML}Accept-Encoding: gzip\r\n"), &body);
        if answer.header("content-encoding") == Some("gzip") {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(answer.body.as_slice()), &mut text).expect("gzip");
            assert!(text.contains("WSRC0001"));
        } else {
            assert_eq!(answer.code(), "WSRC0001");
        }
    }
}
