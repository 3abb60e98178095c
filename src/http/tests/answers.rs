//! Answers of every length arrive whole.

use super::*;

#[test]
fn long_answers_arrive_whole_and_in_order() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let counted: Vec<u8> = (0..50_000_u32).flat_map(u32::to_be_bytes).collect();
    for length in [1, 2_040, 3_050, 3_072, 4_096, 7_168, 7_169, 12_000, 32_000, 32_768, 70_000, 200_000] {
        let response = connection.ask(post(XML, &counted[..length]));
        assert_eq!(response.status, 200);
        assert!(response.body.starts_with(&counted[..length]), "{length}");
        assert_eq!(&response.body[length..], b" by Synthetic Provider");
    }
    assert_eq!(stage.calls(), 12);
}
