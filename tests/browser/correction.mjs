// From an entry to a corrected learning record, with the keyboard alone: an awarding organisation
// makes an entry and enters its result, a college challenges the grade, the awarding organisation
// corrects it, the college keeps the record as a PDF, and the service desk merges two ULNs of the learner.
import { Keyboard } from "./keyboard.mjs";
import { demo } from "./visitor.mjs";

/// The learner, and another ULN that somebody registered for her by mistake.
const ISOLDE = { given: "Isolde", family: "Barleyfrost", uln: "1100001106" };
const QUALIFICATION = "Demonstration GCSE (9-1) in English Language";

export const CORRECTION = {
  name: "from an entry to a corrected record",
  async work(visitor) {
    const wrong = [];
    const expect = (what, is) => is || wrong.push(what);
    const awarding = await person(visitor, "PORTAL_AO");
    const college = await person(visitor, "PORTAL_ONLINE");
    const desk = await person(visitor, "PORTAL_DESK");

    await makeEntry(awarding);
    await openRecord(college, ISOLDE.uln);
    const expected = await college.text();
    expect(`the record has no entry: ${expected}`, expected.includes(QUALIFICATION) && expected.includes("Provisional"));
    await enterResult(awarding);
    await openRecord(college, ISOLDE.uln);
    const achieved = await college.text();
    expect(`the record has no grade 5: ${achieved}`, /English Language.*\b5\b/.test(achieved));
    await challengeGrade(college);
    await correctGrade(awarding);

    await openRecord(college, ISOLDE.uln);
    await college.keys.press(QUALIFICATION);
    expect("the event has no new grade", /Grade\s+6/.test(await college.text()));
    expect("the event has no history", /Grade\s+5\s+6/.test(await college.text()));
    const pdf = await keepReport(college);
    expect("the report is no PDF", pdf.text.startsWith("%PDF"));

    await reportSecondUln(college);
    await merge(desk);
    await openRecord(college, demo.STORY_SECOND_ULN);
    expect("the record of the merged ULN is not the master's", (await college.text()).includes(QUALIFICATION));
    for (const each of [awarding, college, desk]) await each.page.context().close();
    return wrong;
  },
};

/// Somebody at a browser with a keyboard.
async function person(visitor, user) {
  const page = await visitor.page(user);
  await page.goto("/");
  return {
    page,
    keys: new Keyboard(page),
    text: async () => (await page.locator("main").innerText()).replace(/\s+/g, " "),
  };
}

/// Verifies the learner and says that she is to be assessed, next year.
async function makeEntry({ keys }) {
  await keys.press("Entries and results");
  await keys.press("Make an entry");
  await keys.type("ULN", ISOLDE.uln);
  await keys.type("Given name", ISOLDE.given);
  await keys.type("Family name", ISOLDE.family);
  await keys.press("Verify learner");
  await keys.type("Search by number or title", "English Language");
  await keys.press("Search");
  await keys.choose(`${QUALIFICATION} (601/7001/3)`);
  await keys.press("Continue");
  await day(keys, 22, 8, new Date().getFullYear() + 1);
  await keys.choose("English");
  await keys.type("UKPRN of the provider where it was achieved", "TEST0038");
  await keys.press("Continue");
  await keys.press("Make the entry");
  await keys.press("See the entry");
}

/// Enters the result of the entry, with a grade that is too low.
async function enterResult({ page, keys }) {
  await keys.press("Entries and results");
  await keys.press((await page.locator("main tbody tr", { hasText: ISOLDE.uln }).locator("a").textContent()).trim());
  await keys.press("Enter the result");
  await day(keys, 20, 8, 2024);
  await keys.choose("5");
  await keys.choose("Final");
  await keys.press("Enter the result");
}

async function day(keys, number, month, year) {
  await keys.type("Day", String(number));
  await keys.type("Month", String(month));
  await keys.type("Year", String(year));
}

/// Finds the learner by a ULN and opens the learning record.
async function openRecord({ keys }, uln) {
  await keys.press("Find a learner");
  await keys.type("Given name", ISOLDE.given);
  await keys.type("Family name", ISOLDE.family);
  await keys.choose("By ULN");
  await keys.type("ULN", uln);
  await keys.press("Find learner");
  await keys.press("Learning record");
}

/// Says that the grade of the event on the record should be 6.
async function challengeGrade({ keys }) {
  await keys.press(QUALIFICATION);
  await keys.press("Report a problem");
  await keys.choose("A detail of the event is wrong");
  await keys.type("Grade", "6");
  await keys.type("What do you know about it?", "The certificate says 6.");
  await keys.type("Whom to ask", "The exams office");
  await keys.type("Telephone number", "00000 000000");
  await keys.press("Raise the data challenge");
}

/// Accepts the challenge with the correction that was proposed: the last of those that wait.
async function correctGrade({ page, keys }) {
  await keys.press("Home");
  await keys.press((await page.locator("main a", { hasText: "for you to decide" }).textContent()).trim());
  await keys.press((await page.locator("main tbody a").last().textContent()).trim());
  await keys.choose("Accept it, and correct the event");
  await keys.press("Save the decision");
}

/// Makes a report of the learning record and keeps it as a PDF.
async function keepReport(college) {
  const { keys } = college;
  await openRecord(college, ISOLDE.uln);
  await keys.press("Make a report");
  await keys.choose("To give to the learner");
  await keys.press("Make report");
  return keys.download("Download as a PDF");
}

/// Reports that the learner has another ULN.
async function reportSecondUln({ keys }) {
  await keys.press("ULN problems");
  await keys.press("Report a ULN problem");
  await keys.type("ULN", demo.STORY_SECOND_ULN);
  await keys.type("Given name", ISOLDE.given);
  await keys.type("Family name", ISOLDE.family);
  await keys.choose("It was created incorrectly");
  await keys.type("Another ULN (optional)", ISOLDE.uln);
  await keys.type("What do you know about it?", "She has two numbers.");
  await keys.press("Report the problem");
}

/// Compares both records and merges the second ULN into the first.
async function merge({ page, keys }) {
  await keys.press("Problems to solve");
  await keys.press((await page.locator("main tbody a").last().textContent()).trim());
  const merge = page.locator("main label", { hasText: `Merge ${spaced(demo.STORY_SECOND_ULN)} into` });
  await keys.choose((await merge.textContent()).trim());
  await keys.type("Why?", "One person.");
  await keys.press("Preview the change");
  await keys.press("Change the links");
}

const spaced = (uln) => `${uln.slice(0, 3)} ${uln.slice(3, 6)} ${uln.slice(6)}`;
