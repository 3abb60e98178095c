//! Names as they are compared: normalised text, phonetic keys, nicknames, and the search keys that are stored beside a learner.
//! Pure; the rules of rules.md 4.1, of which every algorithm is our choice.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use rphonetic::DoubleMetaphone;
use unicode_normalization::UnicodeNormalization;

use crate::model::Learner;

/// What a learner is found by. The store keeps each field as a column beside the learner and writes them whenever the learner changes.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct SearchKeys {
    /// Normalised given name.
    pub given: String,
    /// Normalised preferred given name.
    pub preferred_given: Option<String>,
    /// Normalised family name.
    pub family: String,
    /// Normalised previous family name.
    pub previous_family: Option<String>,
    /// Normalised family name at age 16.
    pub family_at_16: Option<String>,
    /// Postcode without its space.
    pub postcode: String,
    /// Outward part of the postcode.
    pub outward: String,
    /// [`given_phonetic`] of the given name.
    pub given_phonetic: String,
    /// [`phonetic`] of the family name.
    pub family_phonetic: String,
}

impl SearchKeys {
    /// The keys of a learner.
    pub fn of(learner: &Learner) -> Self {
        let given = normalise(&learner.names.given);
        let family = normalise(&learner.names.family);
        Self {
            preferred_given: normalise_optional(learner.names.preferred_given.as_deref()),
            previous_family: normalise_optional(learner.names.previous_family.as_deref()),
            family_at_16: normalise_optional(learner.names.family_at_16.as_deref()),
            postcode: learner.address.postcode.key(),
            outward: learner.address.postcode.outward().to_owned(),
            given_phonetic: given_phonetic(&given),
            family_phonetic: phonetic(&family),
            given,
            family,
        }
    }

    /// The given names by which the learner is known: given and preferred.
    pub fn given_names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.given.as_str()).chain(self.preferred_given.as_deref())
    }

    /// The earlier family names: previous and at age 16.
    pub fn earlier_family_names(&self) -> impl Iterator<Item = &str> {
        self.previous_family.as_deref().into_iter().chain(self.family_at_16.as_deref())
    }
}

/// The form in which names are compared: composed, transliterated to ASCII, upper case, letters and digits alone, so that accents, hyphens,
/// apostrophes and spaces make no difference. Text without any letter or digit is kept, in upper case, so that it equals itself and nothing else.
pub fn normalise(name: &str) -> String {
    let ascii = if name.is_ascii() {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(deunicode::deunicode(&name.nfkc().collect::<String>()))
    };
    let key: String = ascii.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    if key.is_empty() { name.trim().to_uppercase() } else { key }
}

/// [`normalise`] of an optional name; blank is absent.
pub fn normalise_optional(name: Option<&str>) -> Option<String> {
    name.map(normalise).filter(|key| !key.is_empty())
}

/// Whether a normalised name stands for one that is not known, and so says nothing of who has it (rules.md 4.2).
pub fn is_placeholder(normalised: &str) -> bool {
    matches!(normalised, "UNKNOWN" | "NOTKNOWN" | "NK") || !normalised.chars().any(char::is_alphanumeric)
}

/// [`normalise_optional`] of the name of a place or a school: `St` is `Saint`.
pub fn normalise_place(name: Option<&str>) -> Option<String> {
    let words = name?.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '\u{2019}');
    let whole: Vec<&str> = words.map(|word| if word.eq_ignore_ascii_case("st") { "Saint" } else { word }).collect();
    normalise_optional(Some(&whole.join(" ")))
}

/// How a normalised name sounds: the primary Double Metaphone code, up to four characters; empty when nothing in it can be spoken.
pub fn phonetic(normalised: &str) -> String {
    if normalised.is_ascii() {
        DoubleMetaphone::default().double_metaphone(normalised).primary()
    } else {
        String::new()
    }
}

/// How a normalised given name sounds, a nickname as the name it stands for: `BILL` has the code of `WILLIAM`.
pub fn given_phonetic(normalised: &str) -> String {
    phonetic(full_given_name(normalised))
}

/// The name that stands for a normalised given name's nickname group, or the name itself: `BILL`, `LIAM` and `WILLIAM` all give `WILLIAM`.
pub fn full_given_name(normalised: &str) -> &str {
    FULL_NAMES.get(normalised).copied().unwrap_or(normalised)
}

static FULL_NAMES: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let members =
        |group: &'static str| group.split(' ').map(move |name| (name, group.split(' ').next().unwrap_or(name)));
    NICKNAMES.iter().flat_map(|group| members(group)).collect()
});

/// Groups of given names that pass for one another, the full name first. Each name stands in one group alone.
const NICKNAMES: &[&str] = &[
    "ABIGAIL ABBY ABBIE ABI",
    "ALEXANDER ALEX ALEXANDRA SANDY SANDRA SASHA ALEC",
    "ALFRED ALF ALFIE FRED FREDDIE FREDERICK FREDDY",
    "AMANDA MANDY",
    "ANDREW ANDY DREW ANDREA",
    "ANTHONY TONY ANTONY",
    "BARBARA BARB BABS",
    "BENJAMIN BEN BENNY BENJI",
    "CATHERINE CATH CATHY KATE KATIE KATY KATHERINE KATHRYN CATHRYN KATHLEEN KATHY KAT",
    "CHARLES CHARLIE CHAS CHARLOTTE CHARLEY",
    "CHRISTOPHER CHRIS CHRISTINE CHRISTINA CHRISTIAN KIT TINA",
    "DANIEL DAN DANNY DANIELLE DANI",
    "DAVID DAVE DAI DAVEY",
    "DEBORAH DEB DEBBIE DEBRA",
    "DOUGLAS DOUG",
    "EDWARD ED EDDIE NED TED TEDDY EDMUND EDWIN",
    "ELEANOR ELLIE NELL NELLIE ELLA ELLEN HELEN LENA",
    "ELIZABETH LIZ LIZZIE BETH BETTY BETSY ELIZA LIBBY ELISABETH ELSIE",
    "EMILY EM EMMA EMMIE MILLY MILLIE",
    "FRANCES FRAN FRANCIS FRANK FRANKIE FRANCESCA",
    "GABRIEL GABE GABRIELLE GABBY",
    "GEOFFREY GEOFF JEFF JEFFREY",
    "GERALD GERRY JERRY GERARD",
    "GEORGE GEORGIE GEORGINA GEORGIA",
    "GREGORY GREG",
    "HAROLD HARRY HENRY HAL HARRIET HATTIE",
    "ISABELLE ISABEL IZZY BELLA ISABELLA",
    "JACOB JAKE",
    "JAMES JIM JIMMY JAMIE JAMESON",
    "JANET JAN JANICE",
    "JENNIFER JEN JENNY JENNIE",
    "JESSICA JESS JESSIE",
    "JOHN JACK JOHNNY JACKIE JON JONATHAN JONNY JACQUELINE",
    "JOSEPH JOE JOEY JOSEPHINE JO JOANNE JOANNA JOSIE",
    "JOSHUA JOSH",
    "KENNETH KEN KENNY",
    "LAWRENCE LARRY LAURENCE LAURIE",
    "LEONARD LEN LENNY LEO LEON",
    "LEWIS LOUIS LOU LOUISE LOUIE LUIS",
    "LUCAS LUKE",
    "MARGARET MAGGIE MEG PEGGY MARGE MADGE GRETA",
    "MATTHEW MATT MATTY",
    "MEGAN MEGS",
    "MICHAEL MIKE MICK MICKEY MICHELLE SHELLEY",
    "MOHAMMED MOHAMMAD MUHAMMAD MOHAMED MUHAMMED MOHD MO",
    "NATALIE NAT NATALIA",
    "NATHAN NATE NATHANIEL",
    "NICHOLAS NICK NICKY NICOLE NICOLA NIKKI NICOLAS",
    "OLIVER OLLIE OLLY OLIVIA LIV",
    "PAMELA PAM",
    "PATRICK PAT PADDY PATRICIA PATSY TRICIA TRISH",
    "PETER PETE",
    "PHILIP PHIL PHILLIP PIP PHILIPPA PIPPA",
    "REBECCA BECKY BECCA BECKS",
    "RICHARD RICK RICKY DICK RICH RICHIE",
    "ROBERT ROB ROBBIE BOB BOBBY BERT ROBIN ROBERTA",
    "RONALD RON RONNIE",
    "SAMUEL SAM SAMMY SAMANTHA",
    "SARAH SARA SALLY SADIE",
    "STEPHEN STEVE STEVEN STEVIE STEPHANIE STEPH",
    "SUSAN SUE SUSIE SUZY SUSANNA SUZANNE",
    "TERENCE TERRY THERESA TERESA TESS TESSA",
    "THOMAS TOM TOMMY",
    "TIMOTHY TIM TIMMY",
    "VICTORIA VICKY VICKI TORI VICTOR VIC",
    "VINCENT VINCE VINNIE",
    "WILLIAM WILL BILL BILLY WILLIE LIAM WILF",
    "ZACHARY ZACH ZAC ZAK",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn punctuation_case_and_accents_make_no_difference() {
        for (left, right) in [
            ("O'Brien-Smith", "obrien smith"),
            ("Zoë", "ZOE"),
            ("Zoe\u{308}", "Zoë"),
            ("Łukasz", "LUKASZ"),
            ("Sørensen", "Sorensen"),
            ("Weiß", "Weiss"),
            ("ﬁona", "Fiona"),
            ("  Anne  Marie ", "ANNEMARIE"),
        ] {
            assert_eq!(normalise(left), normalise(right), "{left} {right}");
        }
        assert_ne!(normalise("Jo"), normalise("Joe"));
    }

    #[test]
    fn text_without_letters_equals_itself_alone() {
        assert_eq!(normalise(" - "), "-");
        assert_ne!(normalise("-"), normalise("'"));
        assert_eq!(normalise_optional(Some("  ")), None);
    }

    #[test]
    fn nicknames_sound_like_the_full_name() {
        assert_eq!(full_given_name("BILL"), "WILLIAM");
        assert_eq!(given_phonetic("BILL"), given_phonetic("WILLIAM"));
        assert_eq!(full_given_name("XANTHE"), "XANTHE");
        assert_eq!(phonetic("SMITH"), phonetic("SMYTH"));
    }

    #[test]
    fn a_nickname_stands_in_one_group() {
        let names: Vec<_> = NICKNAMES.iter().flat_map(|group| group.split(' ')).collect();
        assert_eq!(names.len(), names.iter().collect::<HashSet<_>>().len());
        assert!(names.iter().all(|name| normalise(name) == **name));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(name in "\\PC{0,35}") {
            let once = normalise(&name);
            prop_assert_eq!(normalise(&once), once.clone());
            let _ = (phonetic(&once), given_phonetic(&once));
        }

        #[test]
        fn letter_case_and_separators_make_no_difference(name in "[A-Za-z]{1,10}[ '-][A-Za-z]{1,10}") {
            prop_assert_eq!(normalise(&name), normalise(&name.to_lowercase().replace([' ', '\'', '-'], "")));
        }
    }
}
