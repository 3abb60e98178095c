//! The words of each message, in plain text. None has personal data but the name of the one who
//! gets it.

use crate::domain::Message;
use crate::model::MessageKind;

/// A message in words.
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) body: String,
}

/// Words a message. `portal` is the portal's address, without a slash at its end.
pub(super) fn write(message: &Message, portal: &str) -> Letter {
    let organisation = message.organisation.as_deref().unwrap_or("your organisation");
    let link = |page: &str| format!("{portal}/{page}/{}", message.token.as_deref().unwrap_or_default());
    let (subject, text) = match message.kind {
        MessageKind::Invitation => (
            "Your account for Learning Records",
            format!(
                "You have an account for {organisation}. To choose a password and set up a second factor, open\n\n{}\n\n\
                 The link works once, within 48 hours. If it has ended, ask a super user of {organisation} for \
                 another.",
                link("invitation")
            ),
        ),
        MessageKind::Joined => (
            "You can now work for another organisation",
            format!(
                "Your account can now be used for {organisation}, too. After you sign in, choose the organisation to \
                 work for:\n\n{portal}/sign-in"
            ),
        ),
        MessageKind::PasswordForgotten => (
            "A new password for Learning Records",
            format!(
                "Somebody asked for a new password for your account. To choose one, open\n\n{}\n\n\
                 The link works once, within 24 hours. If you did not ask, you need do nothing: your password still \
                 works.",
                link("reset-password")
            ),
        ),
        MessageKind::Locked => (
            "Your account is locked",
            format!(
                "Somebody asked for a new password for your account. It is locked because of wrong passwords or codes. \
                 Only a super user of your organisation can unlock it. {portal}"
            ),
        ),
        MessageKind::PasswordReset => (
            "Your password was reset",
            format!(
                "A super user of {organisation} has reset your password. To choose a new one, open\n\n{}\n\n\
                 The link works once, within 24 hours.",
                link("reset-password")
            ),
        ),
        MessageKind::FactorReset => (
            "Your second factor was reset",
            format!(
                "A super user of {organisation} has reset your second factor. To set up a new one, with your password, \
                 open\n\n{}\n\nThe link works once, within 24 hours.",
                link("second-factor")
            ),
        ),
        MessageKind::PasswordChanged => (
            "Your password was changed",
            "The password of your account was changed. If you did not do this, tell a super user of your organisation \
             at once."
                .to_owned(),
        ),
        MessageKind::FactorChanged => (
            "Your second factor was changed",
            "The second factor of your account was changed. If you did not do this, tell a super user of your \
             organisation at once."
                .to_owned(),
        ),
        MessageKind::RecoveryCodeUsed => (
            "A recovery code was used",
            "Somebody signed in to your account with one of its recovery codes. If it was not you, tell a super user of \
             your organisation at once."
                .to_owned(),
        ),
        MessageKind::CertificateEndsIn60 => certificate_ends(60, organisation, portal),
        MessageKind::CertificateEndsIn30 => certificate_ends(30, organisation, portal),
        MessageKind::CertificateEndsIn7 => certificate_ends(7, organisation, portal),
        MessageKind::ChallengeWaits => (
            "A data challenge waits for you",
            format!("A learning event data challenge waits for {organisation}. Sign in to read it:\n\n{portal}/sign-in"),
        ),
        MessageKind::ChallengeMoved => (
            "Your data challenge was answered",
            format!(
                "There is an answer to a learning event data challenge that you raised for {organisation}. Sign in to \
                 read it:\n\n{portal}/sign-in"
            ),
        ),
    };
    let body = format!(
        "Dear {},\n\n{text}\n\nLearning Records\n\nThis is a demonstration, not a government service.\n",
        message.name
    );
    Letter { subject: subject.to_owned(), body }
}

fn certificate_ends(days: i64, organisation: &str, portal: &str) -> (&'static str, String) {
    let subject = if days > 7 { "A certificate ends soon" } else { "A certificate ends within a week" };
    let text = format!(
        "A certificate with which programs of {organisation} call the web services ends within {days} days. They \
         cannot call with it then. Ask for the next one, change your programs over, and revoke the old \
         one:\n\n{portal}/certificates"
    );
    (subject, text)
}
