//! Interchangeable given names (rules.md 4.1, our choice).

use std::collections::HashMap;
use std::sync::LazyLock;

/// The full name for a normalised given name's nickname group, or the name itself: `BILL`, `LIAM`
/// and `WILLIAM` all give `WILLIAM`.
pub fn full_given_name(normalised: &str) -> &str {
    FULL_NAMES.get(normalised).copied().unwrap_or(normalised)
}

static FULL_NAMES: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let members =
        |group: &'static str| group.split(' ').map(move |name| (name, group.split(' ').next().unwrap_or(name)));
    NICKNAMES.iter().flat_map(|group| members(group)).collect()
});

/// Groups of interchangeable given names, the full name first. Each name is in only one group.
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

    use super::super::normalise;
    use super::*;

    #[test]
    fn a_nickname_stands_in_one_group() {
        let names: Vec<_> = NICKNAMES.iter().flat_map(|group| group.split(' ')).collect();
        assert_eq!(names.len(), names.iter().collect::<HashSet<_>>().len());
        assert!(names.iter().all(|name| normalise(name) == **name));
    }
}
