//! The components as the options of an example describe them.

use super::super::button::Kind;
use super::super::date_input::DatePart;
use super::super::error_summary::SummaryError;
use super::super::field::Field;
use super::super::file_upload::DropZone;
use super::super::input::Affix;
use super::super::pagination::PageLink;
use super::super::panel::Actions;
use super::super::password_input::Words;
use super::super::service_navigation::{Place, Slots};
use super::super::summary_list::Card;
use super::super::*;
use super::options::{Options, markup, truthy};

pub fn back_link(o: &Options<'_>) -> BackLink {
    let content = Some(o.content()).filter(|content| !content.is_empty()).unwrap_or_else(|| Content::from("Back"));
    BackLink { content, href: o.text_or("href", "#"), classes: o.classes(), attributes: o.attributes() }
}

pub fn button(o: &Options<'_>) -> Button {
    Button {
        content: o.content(),
        kind: match o.text("type").as_deref() {
            Some("button") => Kind("button"),
            Some("reset") => Kind("reset"),
            _ => Kind("submit"),
        },
        href: o.text("href"),
        name: o.text("name"),
        value: o.text("value"),
        id: o.text("id"),
        disabled: o.is("disabled"),
        prevent_double_click: o.flag("preventDoubleClick"),
        start: o.is("isStartButton"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn checkboxes(o: &Options<'_>) -> Checkboxes {
    let id = o.text("idPrefix").or(o.text("name")).unwrap_or_default();
    let described_by = o.at("fieldset").text("describedBy").or(o.text("describedBy")).unwrap_or_default();
    Checkboxes {
        name: o.text_or("name", ""),
        field: Field { described_by, ..field(o, &id, "Inputs") },
        fieldset: o.is("fieldset").then(|| fieldset(&o.at("fieldset"))),
        items: items(o, &id),
        values: o.list("values").iter().map(|value| value.content_text()).collect(),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn date_input(o: &Options<'_>) -> DateInput {
    let id = o.text_or("id", "");
    let prefix = o.text("namePrefix");
    let described_by = o.at("fieldset").text_or("describedBy", "");
    let parts = match o.list("items") {
        items if items.is_empty() => ["day", "month", "year"]
            .into_iter()
            .filter(|name| o.value(name).as_bool() != Some(false))
            .map(|name| date_part(o, &o.at(name), Some(name)))
            .collect(),
        items => items.iter().filter(|item| item.is_object()).map(|item| date_part(o, item, None)).collect(),
    };
    DateInput {
        name_prefix: prefix,
        field: Field { described_by, ..field(o, &id, "Inputs") },
        fieldset: o.is("fieldset").then(|| fieldset(&o.at("fieldset"))),
        parts,
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

/// A part as it is given, or one of day, month and year, for which much need not be given.
fn date_part(o: &Options<'_>, part: &Options<'_>, place: Option<&str>) -> DatePart {
    let name = part.text("name").or(place.map(str::to_owned)).unwrap_or_default();
    let own = place.unwrap_or(&name).to_owned();
    let full = o.text("namePrefix").map_or_else(|| name.clone(), |prefix| format!("{prefix}-{name}"));
    let values = o.at("values");
    let mut label = name.clone();
    label[..1].make_ascii_uppercase();
    DatePart {
        id: part.text("id"),
        label: part.text_or("label", &label),
        value: part.present("value").or(o.at(&own).present("value")).or(values.present(&own)).or(values.present(&full)),
        error: part.flag("error"),
        width: if own == "year" { 4 } else { 2 },
        inputmode: part.text("inputmode"),
        autocomplete: part.text("autocomplete"),
        pattern: part.text("pattern"),
        classes: part.classes(),
        attributes: part.attributes(),
        name,
    }
}

pub fn details(o: &Options<'_>) -> Details {
    Details {
        summary: o.content_of("summaryHtml", "summaryText"),
        content: o.content(),
        id: o.text("id"),
        open: o.is("open"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn error_message(o: &Options<'_>) -> ErrorMessage {
    let prefix = match o.value("visuallyHiddenText") {
        serde_json::Value::Null => "Error".to_owned(),
        _ => o.text_or("visuallyHiddenText", ""),
    };
    ErrorMessage { content: o.content(), prefix, id: o.text("id"), classes: o.classes(), attributes: o.attributes() }
}

pub fn error_summary(o: &Options<'_>) -> ErrorSummary {
    let error = |error: &Options<'_>| SummaryError {
        content: error.content(),
        href: error.text("href"),
        attributes: error.attributes(),
    };
    ErrorSummary {
        title: o.content_of("titleHtml", "titleText"),
        description: o.content_of("descriptionHtml", "descriptionText"),
        errors: o.list("errorList").iter().map(error).collect(),
        disable_auto_focus: o.flag("disableAutoFocus"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn fieldset(o: &Options<'_>) -> Fieldset {
    let legend = o.at("legend");
    Fieldset {
        legend: Legend {
            content: legend.content(),
            page_heading: legend.is("isPageHeading"),
            classes: legend.classes(),
        },
        inside: o.html("html"),
        role: o.text("role"),
        described_by: o.text_or("describedBy", ""),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn file_upload(o: &Options<'_>) -> FileUpload {
    let id = o.text("id").or(o.text("name")).unwrap_or_default();
    let mut attributes = Attributes::default();
    for (name, attribute) in [
        ("chooseFilesButtonText", "data-i18n.choose-files-button"),
        ("noFileChosenText", "data-i18n.no-file-chosen"),
        ("dropInstructionText", "data-i18n.drop-instruction"),
        ("enteredDropZoneText", "data-i18n.entered-drop-zone"),
        ("leftDropZoneText", "data-i18n.left-drop-zone"),
    ] {
        if let Some(text) = o.text(name) {
            attributes.add(attribute, text);
        }
    }
    for (rule, text) in o.attributes_of("multipleFilesChosenText").0 {
        attributes.0.push((format!("data-i18n.multiple-files-chosen.{rule}").into(), text));
    }
    attributes.0.extend(o.attributes_of("wrapperAttributes").0);
    FileUpload {
        name: o.text_or("name", ""),
        label: label(&o.at("label")),
        field: Field { described_by: o.text_or("describedBy", ""), ..field(o, &id, "Input") },
        drop_zone: o.is("javascript").then(|| DropZone { classes: o.classes_of("wrapperClasses"), attributes }),
        multiple: o.is("multiple"),
        disabled: o.is("disabled"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn generic_header(o: &Options<'_>) -> GenericHeader {
    GenericHeader {
        logo: o.content_of("logoHtml", "logoText"),
        href: o.text_or("url", "/"),
        container_classes: o.text_or("containerClasses", "govuk-width-container"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn hint(o: &Options<'_>) -> Hint {
    Hint { content: o.content(), id: o.text("id"), classes: o.classes(), attributes: o.attributes() }
}

pub fn input(o: &Options<'_>) -> Input {
    let id = o.text("id").or(o.text("name")).unwrap_or_default();
    let affix = |name: &str| {
        let affix = o.at(name);
        let affix = Affix { content: affix.content(), classes: affix.classes(), attributes: affix.attributes() };
        Some(affix).filter(|affix| !affix.content.is_empty())
    };
    Input {
        name: o.text_or("name", ""),
        label: label(&o.at("label")),
        field: Field { described_by: o.text_or("describedBy", ""), ..field(o, &id, "Input") },
        kind: o.text_or("type", "text"),
        value: o.present("value"),
        autocomplete: o.text("autocomplete"),
        autocapitalize: o.text("autocapitalize"),
        inputmode: o.text("inputmode"),
        pattern: o.text("pattern"),
        spellcheck: o.flag("spellcheck"),
        disabled: o.is("disabled"),
        prefix: affix("prefix"),
        suffix: affix("suffix"),
        wrapper_classes: o.at("inputWrapper").classes(),
        wrapper_attributes: o.at("inputWrapper").attributes(),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn inset_text(o: &Options<'_>) -> InsetText {
    InsetText { content: o.content(), id: o.text("id"), classes: o.classes(), attributes: o.attributes() }
}

pub fn label(o: &Options<'_>) -> Label {
    Label {
        content: o.content(),
        target: o.text("for"),
        page_heading: o.is("isPageHeading"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn notification_banner(o: &Options<'_>) -> NotificationBanner {
    NotificationBanner {
        content: o.content(),
        title: o.content_of("titleHtml", "titleText"),
        title_id: o.text_or("titleId", "govuk-notification-banner-title"),
        title_level: o.text_or("titleHeadingLevel", "2"),
        success: o.text("type").as_deref() == Some("success"),
        role: o.text("role"),
        disable_auto_focus: o.flag("disableAutoFocus"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn pagination(o: &Options<'_>) -> Pagination {
    let link = |name: &str| {
        let link = o.at(name);
        link.is("href").then(|| PageLink {
            href: link.text_or("href", ""),
            content: link.content(),
            label: link.text_or("labelText", ""),
            attributes: link.attributes(),
        })
    };
    let item = |item: &Options<'_>| match item.is("ellipsis") {
        true => PageItem::Ellipsis,
        false => PageItem::Page(NumberedPage {
            number: item.text_or("number", ""),
            href: item.text_or("href", ""),
            label: item.text_or("visuallyHiddenText", &format!("Page {}", item.text_or("number", ""))),
            current: item.is("current"),
            attributes: item.attributes(),
        }),
    };
    let items = o.list("items").into_iter().filter(|item| item.is_object() && !item.is_empty());
    Pagination {
        label: o.text_or("landmarkLabel", "Pagination"),
        previous: link("previous"),
        next: link("next"),
        items: o.is("items").then(|| items.map(|it| item(&it)).collect()),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn panel(o: &Options<'_>) -> Panel {
    let action = |action: &Options<'_>| match action.is("href") && action.text("type").as_deref() != Some("button") {
        true => RowAction {
            classes: Classes::from("govuk-link--inverse").and(&action.text_or("classes", "")),
            ..row_action(action)
        }
        .shown(&Card::default()),
        false => Html::of(&Button {
            content: action.content(),
            kind: Kind(if action.text("type").as_deref() == Some("submit") { "submit" } else { "button" }),
            href: action.text("href"),
            classes: Classes::from("govuk-button--inverse").and(&action.text_or("classes", "")),
            attributes: action.attributes(),
            ..Button::default()
        }),
    };
    let actions = o.at("actions");
    Panel {
        title: o.content_of("titleHtml", "titleText"),
        content: o.content(),
        heading_level: o.text_or("headingLevel", "1"),
        actions: o.is("actions").then(|| Actions {
            items: actions.list("items").iter().map(action).collect(),
            classes: actions.classes(),
            attributes: actions.attributes(),
        }),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn password_input(o: &Options<'_>) -> PasswordInput {
    let id = o.text("id").or(o.text("name")).unwrap_or_default();
    PasswordInput {
        name: o.text_or("name", ""),
        label: label(&o.at("label")),
        field: Field { described_by: o.text_or("describedBy", ""), ..field(o, &id, "Input") },
        value: o.present("value"),
        autocomplete: o.text("autocomplete"),
        disabled: o.is("disabled"),
        words: Words {
            show: o.text("showPasswordText"),
            hide: o.text("hidePasswordText"),
            show_label: o.text("showPasswordAriaLabelText"),
            hide_label: o.text("hidePasswordAriaLabelText"),
            shown: o.text("passwordShownAnnouncementText"),
            hidden: o.text("passwordHiddenAnnouncementText"),
        },
        button_classes: o.at("button").classes(),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn phase_banner(o: &Options<'_>) -> PhaseBanner {
    PhaseBanner {
        tag: Tag { attributes: Attributes::default(), ..tag(&o.at("tag")) },
        content: o.content(),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn radios(o: &Options<'_>) -> Radios {
    let id = o.text("idPrefix").or(o.text("name")).unwrap_or_default();
    let described_by = o.at("fieldset").text_or("describedBy", "");
    Radios {
        name: o.text_or("name", ""),
        field: Field { described_by, ..field(o, &id, "Inputs") },
        fieldset: o.is("fieldset").then(|| fieldset(&o.at("fieldset"))),
        items: items(o, &id),
        value: o.text_or("value", ""),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn select(o: &Options<'_>) -> Select {
    let id = o.text("id").or(o.text("name")).unwrap_or_default();
    let choice = |choice: Options<'_>| Choice {
        text: choice.text_or("text", ""),
        value: Some(choice.value("value")).filter(|value| !value.is_null()).map(|value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        }),
        selected: choice.flag("selected").or((!o.is("value")).then_some(false)),
        disabled: choice.is("disabled"),
        attributes: choice.attributes(),
    };
    Select {
        name: o.text_or("name", ""),
        label: label(&o.at("label")),
        field: Field { described_by: o.text_or("describedBy", ""), ..field(o, &id, "Input") },
        choices: o.list("items").into_iter().filter(|it| it.is_object()).map(choice).collect(),
        value: o.text("value"),
        disabled: o.is("disabled"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn service_navigation(o: &Options<'_>) -> ServiceNavigation {
    let item = |item: Options<'_>| NavigationItem {
        content: item.content(),
        href: item.text("href"),
        place: match (item.is("current"), item.is("active")) {
            (true, _) => Some(Place::Page),
            (false, active) => active.then_some(Place::Part),
        },
        attributes: item.attributes(),
    };
    let slots = o.at("slots");
    let end = slots.at("end");
    ServiceNavigation {
        service: o.is("serviceName").then(|| NavigationItem {
            content: Content::Text(o.text_or("serviceName", "")),
            href: o.text("serviceUrl"),
            ..NavigationItem::default()
        }),
        items: o.list("navigation").into_iter().filter(|it| it.is_object()).map(item).collect(),
        section_label: o.text_or("ariaLabel", "Service information"),
        navigation_label: o.text("navigationLabel"),
        navigation_id: o.text_or("navigationId", "navigation"),
        navigation_classes: o.classes_of("navigationClasses"),
        menu_button: o.text_or("menuButtonText", "Menu"),
        menu_button_label: o.text("menuButtonLabel"),
        collapse: o.flag("collapseNavigationOnMobile"),
        slots: Slots {
            start: slots.html("start"),
            end: if end.is_object() { end.html("html") } else { slots.html("end") },
            list_start: slots.html("navigationStart"),
            list_end: slots.html("navigationEnd"),
        },
        end_inline: end.text("align").as_deref() == Some("inline"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn skip_link(o: &Options<'_>) -> SkipLink {
    SkipLink {
        href: o.text_or("href", "#content"),
        content: o.content(),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn summary_list(o: &Options<'_>) -> SummaryList {
    let (card, title) = (o.at("card"), o.at("card").at("title"));
    SummaryList {
        rows: o.list("rows").into_iter().filter(|row| row.is_object()).map(summary_row).collect(),
        card: o.is("card").then(|| Card {
            title: title.content(),
            heading_level: title.text_or("headingLevel", "2"),
            title_classes: title.classes(),
            actions: row_actions(card.at("actions")),
            action_classes: card.at("actions").classes(),
            classes: card.classes(),
            attributes: card.attributes(),
        }),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

fn summary_row(o: Options<'_>) -> SummaryRow {
    SummaryRow {
        key: o.at("key").content(),
        key_classes: o.at("key").classes(),
        value: o.at("value").content(),
        value_classes: o.at("value").classes(),
        has_actions: o.at("actions").is("items"),
        actions: row_actions(o.at("actions")),
        action_classes: o.at("actions").classes(),
        classes: o.classes(),
    }
}

fn row_actions(o: Options<'_>) -> Vec<RowAction> {
    o.list("items").iter().map(row_action).collect()
}

fn row_action(o: &Options<'_>) -> RowAction {
    RowAction {
        content: o.content(),
        href: o.text_or("href", ""),
        hidden: o.text_or("visuallyHiddenText", ""),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn table(o: &Options<'_>) -> Table {
    let cell = |cell: &Options<'_>| Cell {
        content: cell.content(),
        format: cell.text("format"),
        columns: cell.text("colspan"),
        rows: cell.text("rowspan"),
        classes: cell.classes(),
        attributes: cell.attributes(),
    };
    let row = |row: &Options<'_>| row.items().iter().map(cell).collect();
    Table {
        caption: o.text_or("caption", ""),
        caption_classes: o.classes_of("captionClasses"),
        head: o.is("head").then(|| o.list("head").iter().map(cell).collect()),
        rows: o.list("rows").iter().filter(|row| row.is_list()).map(row).collect(),
        first_is_header: o.is("firstCellIsHeader"),
        in_region: false,
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn tag(o: &Options<'_>) -> Tag {
    Tag { content: o.content(), classes: o.classes(), attributes: o.attributes() }
}

pub fn textarea(o: &Options<'_>) -> Textarea {
    let id = o.text("id").or(o.text("name")).unwrap_or_default();
    Textarea {
        name: o.text_or("name", ""),
        label: label(&o.at("label")),
        field: Field { described_by: o.text_or("describedBy", ""), ..field(o, &id, "Input") },
        value: o.text_or("value", ""),
        rows: o.text_or("rows", "5"),
        autocomplete: o.text("autocomplete"),
        spellcheck: o.flag("spellcheck"),
        disabled: o.is("disabled"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

pub fn warning_text(o: &Options<'_>) -> WarningText {
    WarningText {
        content: o.content(),
        prefix: o.text_or("iconFallbackText", "Warning"),
        classes: o.classes(),
        attributes: o.attributes(),
    }
}

/// What surrounds a control; `beside` names the options for what stands before and after it.
fn field(o: &Options<'_>, id: &str, beside: &str) -> Field {
    let group = o.at("formGroup");
    Field {
        id: id.to_owned(),
        described_by: String::new(),
        hint: o.is("hint").then(|| hint(&o.at("hint"))),
        error: o.is("errorMessage").then(|| error_message(&o.at("errorMessage"))),
        group_classes: group.classes(),
        group_attributes: group.attributes(),
        before: group.at(&format!("before{beside}")).content(),
        after: group.at(&format!("after{beside}")).content(),
    }
}

/// The items of radios and checkboxes. Those that JavaScript leaves out still count for the ids of
/// those that follow.
fn items(o: &Options<'_>, prefix: &str) -> Vec<Item> {
    let given = o.list("items").into_iter().enumerate().filter(|(_, item)| item.is_object());
    given.map(|(position, it)| item(&it, position, prefix)).collect()
}

fn item(o: &Options<'_>, position: usize, prefix: &str) -> Item {
    let hint_text = o.at("hint").content();
    let counted = (position > 0).then(|| format!("{prefix}-{}", position + 1));
    Item {
        content: o.content(),
        value: o.present("value").unwrap_or_default(),
        name: o.text("name"),
        id: o.text("id").or(counted),
        hint: (!hint_text.is_empty()).then(|| hint(&o.at("hint"))),
        checked: o.flag("checked"),
        disabled: o.is("disabled"),
        conditional: truthy(o.at("conditional").value("html"))
            .then(|| markup(o.at("conditional").html("html").0.trim())),
        behaviour: o.text("behaviour"),
        label_classes: o.at("label").classes(),
        label_attributes: o.at("label").attributes(),
        attributes: o.attributes(),
        divider: o.text("divider"),
    }
}
