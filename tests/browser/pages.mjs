// Every page of the portal in every state that is checked: who opens it, how, and with which status
// it comes. A page that a form leads to is opened by filling in the form.
import { fileURLToPath } from "node:url";

import { demo, oneTimeCode } from "./visitor.mjs";

/// The demo's learner for exact matches.
export const LEARNER = { way: "uln", uln: "1100001017", given_name: "Ottoline", family_name: "Quillfeather" };

/// Learners without events, who does not share, and who has not seen the privacy notice.
const NO_EVENTS = byUln("1100001106", "Isolde", "Barleyfrost");
const NOT_SHARING = byUln("1100001041", "Hesper", "Wrenfold");
// Other pages do not open this record, so that its list of views has one page.
const SELDOM_SEEN = byUln("1100001084", "Philomena", "Grackleby");
const NOT_SEEN = byUln("1100001068", "Caspian", "Mudlark");

function byUln(uln, given_name, family_name) {
  return { way: "uln", uln, given_name, family_name };
}

/// Finds a learner and opens their learning record, or what stands below it.
const record = (learner, further = "") => async (page) => {
  await form("/learners/find", learner)(page);
  await page.goto(`${new URL(page.url()).pathname}/record${further}`);
};

/// Opens an event of the learner's record, and follows a button of its page.
const event = (subject, further) => async (page) => {
  await record(LEARNER)(page);
  await Promise.all([page.waitForNavigation(), page.getByRole("link", { name: subject }).click()]);
  if (further) await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: further }).click()]);
};
const CHALLENGED = "Demonstration GCSE (9-1) in Mathematics";
const CORRECTED = "Demonstration GCSE (A*-G) in Combined Crafts";

/// What a data challenge needs besides its kind.
const EVIDENCE = { telephone: "00000 000000", information: "The certificate says so." };

/// Raises a data challenge about an event that is missing: as many as one likes can be.
const missing = async (page) => {
  await record(LEARNER, "/missing/problem")(page);
  await send(page, { subject: "Demonstration Award in Bakery", ...EVIDENCE });
};

/// Does something as another user, in a browser of their own.
async function as(visitor, user, work) {
  const page = await visitor.page(user);
  await work(page);
  await page.context().close();
}

/// Lets the college challenge a grade, unless it has done so, then opens this address.
const challenged = (address) => async (page, visitor) => {
  await as(visitor, "PORTAL_ONLINE", async (college) => {
    await event(CHALLENGED, "Report a problem")(college);
    await send(college, { kind: "wrong-detail", grade: "6", ...EVIDENCE });
  });
  await page.goto(address);
};

/// Opens the data challenge that waits for a decision of the awarding organisation.
const toDecide = async (page, visitor) => {
  await challenged("/challenges?whose=to-decide&kind=wrong-detail")(page, visitor);
  await Promise.all([page.waitForNavigation(), page.getByRole("link", { name: /^LEDC/ }).first().click()]);
};

/// Lets the college challenge a grade and the awarding organisation correct it, unless they have
/// done so, then opens the event.
const corrected = async (page, visitor) => {
  await event(CORRECTED)(page);
  if (await page.getByText("What was corrected").count()) return;
  let address;
  await as(visitor, "PORTAL_ONLINE", async (college) => {
    await event(CORRECTED, "Report a problem")(college);
    await send(college, { kind: "wrong-detail", grade: "AA", ...EVIDENCE });
    address = new URL(college.url()).pathname;
  });
  await as(visitor, "PORTAL_AO", async (awarding) => {
    await awarding.goto(address);
    await send(awarding, { decision: "correct" });
  });
  await event(CORRECTED)(page);
};

/// Lets the service desk settle a data challenge, which its page then says.
const settled = async (page, visitor) => {
  let address;
  await as(visitor, "PORTAL_ONLINE", async (college) => {
    await missing(college);
    address = new URL(college.url()).pathname;
  });
  await page.goto(address);
  await send(page, { decision: "elsewhere", message: "It came with the last return." });
};

/// Makes a report of the whole record.
const reporting = (fields = {}) => async (page) => {
  await record(LEARNER, "/report")(page);
  await send(page, fields);
};

const at = (path) => (page) => page.goto(path);

/// Opens a page with a form, fills in its fields by name, and presses its last button.
const form = (path, fields = {}) => async (page) => {
  await page.goto(path);
  await send(page, fields);
};

/// Fills in the page's form by the names of its fields, and presses its last button.
async function send(page, fields = {}) {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`main [name="${name}"]`).first();
    const kind = await field.evaluate((it) => (it.tagName === "SELECT" ? "select" : it.type));
    if (kind === "select") await field.selectOption(value);
    else if (kind === "radio" || kind === "checkbox") await page.locator(`main [name="${name}"][value="${value}"]`).check();
    else if (kind === "file") await field.setInputFiles(value);
    else await field.fill(value);
  }
  await Promise.all([page.waitForNavigation(), page.locator("main form button[type=submit]").last().click()]);
  // Ten minutes after a sign-in, the second factor is asked for again.
  const confirm = page.locator("main [name=confirm_code]");
  if ((await confirm.count()) && !("confirm_code" in fields)) await send(page, { confirm_code: oneTimeCode(demo.PORTAL_TOTP_SECRET) });
}

const secondFactor = (fields) => async (page) => {
  await form("/sign-in", { email: demo.PORTAL_VIEW, password: demo.PORTAL_PASSWORD })(page);
  if (fields) await send(page, fields);
};

/// A search by details for the learner, and for somebody who has no ULN.
const PERSON = { way: "details", given_name: "Ottoline", family_name: "Quillfeather", ...date("date_of_birth", 17, 3, 2004), gender: "2", postcode: "ZZ10 1AB" };
const NOBODY = { ...PERSON, given_name: "Xanthe", family_name: "Zzyzx" };

function date(name, day, month, year) {
  return { [`${name}-day`]: String(day), [`${name}-month`]: String(month), [`${name}-year`]: String(year) };
}

/// Opens a page, then its first link whose address begins and goes on so, and sends the form there.
function then(open, beginning, further = "", fields) {
  return async (page) => {
    await open(page);
    const link = page.locator(`main a[href^="${beginning}"]${further && `[href*="${further}"]`}`).first();
    await page.goto(await link.getAttribute("href"));
    if (fields) await send(page, fields);
  };
}

/// Opens a page and sends its form, or goes on to another page.
function filled(open, fields = {}, further = null) {
  return async (page) => {
    await open(page);
    if (fields) await send(page, fields);
    if (further) await page.goto(further);
  };
}

/// A ULN problem that is reported, with the ULN of another learner.
const ULN_PROBLEM = {
  uln: LEARNER.uln,
  given_name: LEARNER.given_name,
  family_name: LEARNER.family_name,
  problem: "created-incorrectly",
  other: "1100001068",
  explanation: "The learner has two numbers.",
};

/// A college reports a problem; the service desk opens it, and sends the form for a change of links.
function ulnProblem(fields) {
  return async (page, visitor) => {
    await reported(page, visitor);
    await page.goto(await page.locator(`main a[href^="/desk/uln-problems/"]`).first().getAttribute("href"));
    if (fields) await send(page, fields);
  };
}

/// The service desk opens the page that moves events between the two learners, and sends its form.
function split(fields) {
  return async (page, visitor) => {
    await ulnProblem()(page, visitor);
    await page.getByRole("link", { name: "Move learning events between the two" }).click();
    if (!fields) return;
    if (fields.reason) await page.locator('input[name="first"]').first().check();
    await send(page, fields);
  };
}

/// A college reports a problem; the service desk opens its queue.
async function reported(page, visitor) {
  const college = await visitor.page("PORTAL_ONLINE");
  await form("/uln-problems/new", ULN_PROBLEM)(college);
  await college.context().close();
  await page.goto("/desk/uln-problems");
}

/// A case that the service desk logs.
const CASE = { kind: "request", category: "4", summary: "A new user cannot sign in." };

/// Asks for a new password, and opens the demo's messages when the link for it is there.
function message() {
  return async (page) => {
    await form("/reset-password", { email: demo.PORTAL_VIEW })(page);
    const first = page.locator(`main a[href^="/demo/mail/"]`).first();
    do await page.goto("/demo/mail");
    while (!(await first.count()));
  };
}

/// Somebody else each time, because afterwards they have a ULN; nobody like the one before.
function newcomer() {
  const below = (limit) => Math.floor(Math.random() * limit);
  const name = () => Array.from({ length: 9 }, () => String.fromCharCode(97 + below(26))).join("");
  const born = date("date_of_birth", 1 + below(28), 1 + below(12), 1930 + below(60));
  return { ...NOBODY, given_name: name(), family_name: name(), ...born, postcode: `ZZ${10 + below(80)} ${below(10)}AB` };
}

/// Registers somebody whom a search did not find, as far as the answers go: with the last, to the
/// end.
function registering(...answers) {
  return async (page) => {
    await form("/learners/find", answers.length < 6 ? NOBODY : newcomer())(page);
    await send(page);
    for (const fields of answers) await send(page, fields);
  };
}

/// Routes that are no pages, with what they are.
export const NO_PAGES = {
  "/maintenance.ics": "a calendar",
  "/developers/contracts/{service}": "a file of XML",
  "/developers/contracts/{service}/{file}": "a file of XML",
  "/batches/templates/{layout}": "a file",
  "/batches/{id}/progress": "what the script of a page asks for",
  "/batches/{id}/output": "a file",
  "/batches/{id}/errors": "a file",
  "/batches/{id}/rows": "a file",
  "/exceptions/export": "a file",
  "/certificates/{fingerprint}/file": "a file",
  "/desk/subjects/{handle}/csv": "a file",
  "/learners/{handle}/record/report/{report}/{format}": "a file",
};

/// The first link of a page whose address begins so.
const follow = (path, beginning) => async (page) => {
  await page.goto(path);
  const href = await page.locator(`main a[href^="${beginning}"]`).first().getAttribute("href");
  await page.goto(href);
};

/// A request for a certificate, checked.
const request = form("/certificates/new", { file: fileURLToPath(new URL("../../fixtures/pki/request.csr", import.meta.url)) });

/// The first page that needs it asks for a certificate, and others wait for that: two requests at
/// once are refused.
let asking;
const asked = (path) => async (page) => {
  asking ??= request(page).then(() => send(page));
  await asking;
  await page.goto(path);
};

/// Uploads one of the demo's files, and opens its page again until it is checked.
const uploaded = (file, purpose = "submit") => async (page) => {
  await form("/batches/new", { purpose, file: fileURLToPath(new URL(`../../fixtures/files/${file}`, import.meta.url)) })(page);
  await until(page, "[data-progress]");
};

/// Presses a button, and opens the page again until the batch is finished.
const submitted = (open, words) => async (page) => {
  await open(page);
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: words }).click()]);
  await until(page, "[data-progress]");
};

/// Opens the page again until nothing is in progress there.
async function until(page, progress) {
  for (let tries = 0; tries < 300 && (await page.locator(progress).count()) > 0; tries += 1) {
    await page.waitForTimeout(100);
    await page.reload();
  }
}

/// The exception of the demo's sample with this code, as the first batch of the page has it.
const exception = (code, fields) => async (page) => {
  await submitted(uploaded(CODES), "Submit all records")(page);
  await page.getByRole("link", { name: "Work through the exceptions" }).click();
  await page.locator("main table tr", { hasText: code }).locator("a").first().click();
  if (fields) await send(page, fields);
};

const CODES = "demo/LRB_TEST0038_310720251450.CSV";

/// The super user invites somebody, who follows the link and answers the forms there, as far as the
/// answers go. Returns their address.
const invitation = (...answers) => async (page, visitor) => {
  const email = `guest${Math.random().toString(36).slice(2)}@college.example`;
  const who = { given_name: "Gemma", family_name: "Guest", email, identity_check: "Passport seen", roles: "view-only" };
  const host = await visitor.page("PORTAL_SUPER");
  await form("/users/new", who)(host);
  await host.context().close();
  await link(page, email, "/invitation/");
  for (const fields of answers) await send(page, typeof fields === "function" ? await fields(page) : fields);
  return email;
};

/// The super user resets what a new user signs in with, who follows the link.
const reset = (act, beginning, fields) => async (page, visitor) => {
  const email = await invitation(CHOSEN, appCode)(page, visitor);
  await page.context().clearCookies();
  const host = await visitor.page("PORTAL_SUPER");
  await host.goto("/users");
  const user = host.locator("main tr", { hasText: email }).locator("a");
  await form(`${await user.getAttribute("href")}/${act}`)(host);
  await host.context().close();
  await link(page, email, beginning);
  if (fields) await send(page, fields);
};

/// Opens the link of a message to this address, once the demo has it.
async function link(page, email, beginning) {
  const subjects = { "/invitation/": "Your account for", "/reset-password/": "password was reset", "/second-factor/": "factor was reset" };
  const message = page.locator("main tr", { hasText: email }).filter({ hasText: subjects[beginning] }).locator("a").first();
  do await page.goto("/demo/mail");
  while (!(await message.count()));
  await page.goto(await message.getAttribute("href"));
  await page.goto(await page.locator(`main a[href*="${beginning}"]`).first().getAttribute("href"));
}

const CHOSEN = { password: "Teapot-Gravel-47", again: "Teapot-Gravel-47" };
const appCode = async (page) => ({ code: oneTimeCode(await page.locator("main p code").innerText()) });

/// Opens the page of the demo's user of this name, then the page of it that is named.
const user = (name, further = "", fields) => async (page) => {
  await page.goto("/users");
  const path = await page.getByRole("link", { name, exact: true }).getAttribute("href");
  await page.goto(`${path}${further}`);
  if (fields) await send(page, fields);
};

/// Makes a plan for the demo's learner, with an aim, and goes on as `further` says.
const planned = (further) => async (page) => {
  await then(form("/learners/find", LEARNER), "/learners/", "/plans")(page);
  await page.getByRole("button", { name: "Make a plan" }).click();
  await send(page, { title: "Bakery", establishment: "HMP Testham", ...date("starts", 1, 9, 2025), status: "Active" });
  await page.getByRole("link", { name: "Add an aim" }).click();
  await send(page, { aim: "Level 1 Baking", ...date("target", 31, 3, 2026) });
  if (further) await page.getByRole("link", { name: further }).click();
};

/// A qualification of the demo's awarding organisation, and an award that was never given: no two
/// have the same day.
const QUALIFICATION = "601/7001/3";
/// The one of the entries: an achievement of the same would be the result of an entry that waits.
const ENTERED = "601/7018/9";
let awards = 0;
export function award() {
  const day = new Date(Date.UTC(1960, 0, 1 + awards++));
  return { ...date("award_date", day.getUTCDate(), day.getUTCMonth() + 1, day.getUTCFullYear()), grade: "7", language: "English", provider: "TEST0038", submission_type: "F" };
}

/// Enters an achievement of the demo's learner, as far as the answers go: the search, the
/// qualification, the award, the check.
const entering = (...answers) => async (page) => {
  const { uln, given_name, family_name } = LEARNER;
  await form("/achievements/new", { uln, given_name, family_name })(page);
  for (const fields of answers) {
    const [first] = Object.keys(fields ?? {});
    if (first === "search") {
      await page.locator("main [name=search]").fill(fields.search);
      await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Search" }).click()]);
    } else await send(page, fields ?? {});
  }
};

/// Enters an achievement and opens its page, or one below it; fills in its form.
const entered = (further, fields) => async (page) => {
  await entering({ search: QUALIFICATION }, { reference: QUALIFICATION }, award(), {})(page);
  await page.getByRole("link", { name: "See the achievement" }).click();
  if (further) await page.getByRole("link", { name: further }).click();
  if (fields) await send(page, fields);
};

/// Makes an entry of the demo's learner as far as the answers go; each is expected on another day.
const entry = (...answers) => async (page) => {
  const { uln, given_name, family_name } = LEARNER;
  await form("/entries/new", { uln, given_name, family_name })(page);
  await page.locator("main [name=search]").fill(ENTERED);
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Search" }).click()]);
  for (const fields of [{ reference: ENTERED }, ...answers]) await send(page, fields);
};
const expected = () => {
  const { grade, submission_type, ...fields } = award();
  return { ...fields, "award_date-year": String(Number(fields["award_date-year"]) + 80) };
};
const waiting = (further, fields) => async (page) => {
  await entry(expected(), {})(page);
  await page.getByRole("link", { name: "See the entry" }).click();
  if (further) await page.getByRole("link", { name: further }).click();
  if (fields) await send(page, fields);
};

/// Pages that need a server of their own; they are opened only if they are named.
export const APART = [
  { name: "too many searches", user: "PORTAL_ONLINE", open: misses, status: 429 },
];

/// Searches for nobody until the answer is to wait.
async function misses(page) {
  do await form("/learners/find", byUln("1000000019", "No", "Body"))(page);
  while ((await page.locator("h1").innerText()) !== "Try again in a moment");
}

export const PAGES = [
  { name: "sign-in", open: at("/sign-in") },
  { name: "sign-in, empty", open: form("/sign-in"), status: 422, errors: true },
  { name: "sign-in, refused", open: form("/sign-in", { email: "nobody@college.example", password: "Wrong-one-1" }), status: 422, errors: true },
  { name: "second factor", open: secondFactor() },
  { name: "second factor, empty", open: secondFactor({}), status: 422, errors: true },
  { name: "nothing here", open: at("/nothing-here"), status: 404 },
  { name: "help", open: at("/help") },
  { name: "status", open: at("/status") },
  { name: "status of a month", open: at(`/status/${new Date().toISOString().slice(0, 7)}`) },
  { name: "maintenance", open: at("/maintenance") },
  { name: "developers", open: at("/developers") },
  { name: "an operation", open: follow("/developers", "/developers/LearnerService/") },
  { name: "accessibility", open: at("/accessibility") },
  { name: "privacy", open: at("/privacy") },
  { name: "cookies", open: at("/cookies") },
  { name: "user agreement", open: at("/user-agreement") },
  { name: "home, super user", user: "PORTAL_SUPER", open: at("/") },
  { name: "home, online", user: "PORTAL_ONLINE", open: at("/") },
  { name: "home, awarding organisation", user: "PORTAL_AO", open: at("/") },
  { name: "home of the service desk", user: "PORTAL_DESK", open: at("/") },
  { name: "cases", user: "PORTAL_DESK", open: at("/desk/incidents") },
  { name: "cases rectified", user: "PORTAL_DESK", open: at("/desk/incidents/rectified") },
  { name: "ULN problems", user: "PORTAL_AO", open: at("/uln-problems") },
  { name: "report a ULN problem", user: "PORTAL_AO", open: at("/uln-problems/new") },
  { name: "report a ULN problem empty", user: "PORTAL_AO", open: form("/uln-problems/new"), status: 422, errors: true },
  { name: "ULN problem reported", user: "PORTAL_ONLINE", open: form("/uln-problems/new", ULN_PROBLEM) },
  { name: "ULN problems to solve", user: "PORTAL_DESK", open: reported },
  { name: "ULN problem to solve", user: "PORTAL_DESK", open: ulnProblem() },
  { name: "ULN problem without a choice", user: "PORTAL_DESK", open: ulnProblem({}), status: 422, errors: true },
  { name: "change of links", user: "PORTAL_DESK", open: ulnProblem({ act: "merge-first", reason: "One person." }) },
  { name: "events to move", user: "PORTAL_DESK", open: split() },
  { name: "events to move none chosen", user: "PORTAL_DESK", open: split({ reason: "" }), status: 422, errors: true },
  { name: "events that move", user: "PORTAL_DESK", open: split({ reason: "They are another person's." }) },
  { name: "learner's request", user: "PORTAL_DESK", open: at("/desk/subjects") },
  { name: "learner's request empty", user: "PORTAL_DESK", open: form("/desk/subjects"), status: 422, errors: true },
  { name: "what is held about a learner", user: "PORTAL_DESK", open: form("/desk/subjects", { uln: LEARNER.uln }) },
  { name: "log a case", user: "PORTAL_DESK", open: at("/desk/incidents/new") },
  { name: "log a case empty", user: "PORTAL_DESK", open: form("/desk/incidents/new"), status: 422, errors: true },
  { name: "case", user: "PORTAL_DESK", open: form("/desk/incidents/new", CASE) },
  { name: "case without advice", user: "PORTAL_DESK", open: filled(form("/desk/incidents/new", CASE)), status: 422, errors: true },
  { name: "case rectified", user: "PORTAL_DESK", open: filled(form("/desk/incidents/new", CASE), { advice: "The account is there." }) },
  { name: "cases some open", user: "PORTAL_DESK", open: filled(form("/desk/incidents/new", CASE), null, "/desk/incidents") },
  { name: "not allowed", user: "PORTAL_AO", open: at("/learners/find"), status: 403 },
  { name: "find", user: "PORTAL_ONLINE", open: at("/learners/find") },
  { name: "find, empty", user: "PORTAL_ONLINE", open: form("/learners/find"), status: 422, errors: true },
  { name: "find by ULN, empty", user: "PORTAL_ONLINE", open: form("/learners/find", { way: "uln" }), status: 422, errors: true },
  { name: "find by details, empty", user: "PORTAL_ONLINE", open: form("/learners/find", { way: "details" }), status: 422, errors: true },
  { name: "find, nobody", user: "PORTAL_ONLINE", open: form("/learners/find", { ...LEARNER, given_name: "Xavier" }), status: 422, errors: true },
  { name: "learner", user: "PORTAL_ONLINE", open: form("/learners/find", LEARNER), image: "learner" },
  { name: "learner, view only", user: "PORTAL_VIEW", open: form("/learners/find", LEARNER) },
  { name: "results, several", user: "PORTAL_ONLINE", open: form("/learners/find", { ...PERSON, given_name: "Ottolin", postcode: "ZZ10 1AD" }), image: "results" },
  { name: "results, nobody", user: "PORTAL_ONLINE", open: form("/learners/find", NOBODY) },
  { name: "search again", user: "PORTAL_ONLINE", open: then(form("/learners/find", NOBODY), "/learners/find/") },
  { name: "register, names", user: "PORTAL_ONLINE", open: registering() },
  { name: "register, address", user: "PORTAL_ONLINE", open: registering({}) },
  { name: "register, more", user: "PORTAL_ONLINE", open: registering({}, {}) },
  { name: "register, evidence", user: "PORTAL_ONLINE", open: registering({}, {}, {}) },
  { name: "register, evidence empty", user: "PORTAL_ONLINE", open: registering({}, {}, {}, {}), status: 422, errors: true },
  { name: "register, sharing", user: "PORTAL_ONLINE", open: registering({}, {}, {}, { evidence: "1" }) },
  { name: "register, sharing empty", user: "PORTAL_ONLINE", open: registering({}, {}, {}, { evidence: "1" }, {}), status: 422, errors: true },
  { name: "register, check", user: "PORTAL_ONLINE", open: registering({}, {}, {}, { evidence: "1" }, { sharing: "1" }) },
  { name: "register, done", user: "PORTAL_ONLINE", open: registering({}, {}, {}, { evidence: "1" }, { sharing: "1" }, {}), image: "registered" },
  { name: "change", user: "PORTAL_ONLINE", open: then(form("/learners/find", LEARNER), "/learners/", "/change/") },
  { name: "change, check", user: "PORTAL_ONLINE", open: then(form("/learners/find", LEARNER), "/learners/", "/change/", { title: "Dr" }) },
  { name: "change, nothing", user: "PORTAL_ONLINE", open: then(form("/learners/find", LEARNER), "/learners/", "/change/", {}), status: 422 },
  { name: "record", user: "PORTAL_ONLINE", open: record(LEARNER) },
  { name: "record filtered", user: "PORTAL_VIEW", open: record(LEARNER, "?year=2019&source=awarding") },
  { name: "record without events", user: "PORTAL_VIEW", open: record(NO_EVENTS) },
  { name: "record not shared", user: "PORTAL_VIEW", open: record(NOT_SHARING) },
  { name: "record and privacy notice not seen", user: "PORTAL_ONLINE", open: record(NOT_SEEN) },
  { name: "learning event", user: "PORTAL_ONLINE", open: event("Demonstration GCSE (9-1) in English Language") },
  { name: "learning event, corrected", user: "PORTAL_ONLINE", open: corrected },
  { name: "problem with an event", user: "PORTAL_ONLINE", open: event("Demonstration GCSE (9-1) in English Language", "Report a problem") },
  { name: "problem with an event, errors", user: "PORTAL_ONLINE", open: async (page) => {
    await event("Demonstration GCSE (9-1) in English Language", "Report a problem")(page);
    await send(page, { kind: "wrong-detail", email: "nobody" });
  }, status: 422, errors: true },
  { name: "missing event", user: "PORTAL_ONLINE", open: record(LEARNER, "/missing/problem") },
  { name: "challenge, raised", user: "PORTAL_ONLINE", open: missing },
  { name: "challenge, to decide", user: "PORTAL_AO", open: toDecide },
  { name: "challenge, decision with errors", user: "PORTAL_AO", open: async (page, visitor) => {
    await toDecide(page, visitor);
    await send(page, { decision: "correct", grade: "A" });
  }, status: 422, errors: true },
  { name: "challenge, settled", user: "PORTAL_DESK", open: settled },
  { name: "challenges", user: "PORTAL_ONLINE", open: challenged("/challenges") },
  { name: "challenges to decide", user: "PORTAL_AO", open: challenged("/challenges?whose=to-decide") },
  { name: "challenges, none found", user: "PORTAL_DESK", open: at("/challenges?kind=not-mine") },
  { name: "who has seen a record", user: "PORTAL_ONLINE", open: async (page) => { await record(SELDOM_SEEN)(page); await page.goto(`${page.url()}/seen`); } },
  { name: "report choices", user: "PORTAL_ONLINE", open: record(LEARNER, "/report") },
  { name: "report without a purpose", user: "PORTAL_ONLINE", open: reporting(), status: 422, errors: true },
  { name: "report", user: "PORTAL_ONLINE", open: reporting({ purpose: "learner" }) },
  { name: "recovery code", open: async (page) => {
    await secondFactor()(page);
    await page.goto("/sign-in/recovery");
  } },
  { name: "forgotten password", open: at("/reset-password") },
  { name: "own second factor", user: "PORTAL_SUPER", open: at("/account/second-factor") },
  { name: "new passkey", user: "PORTAL_SUPER", open: at("/account/passkeys/new") },
  { name: "messages of the demo", open: message() },
  { name: "a message of the demo", open: async (page) => {
    // The oldest one, which is there whatever other pages have sent meanwhile.
    await message()(page);
    await page.locator('main a[href^="/demo/mail/"]').last().click();
  } },
  { name: "organisation", user: "PORTAL_SUPER", open: at("/organisation") },
  { name: "invitation", open: invitation() },
  { name: "invitation, empty", open: invitation({}), status: 422, errors: true },
  { name: "invitation, second factor", open: invitation(CHOSEN) },
  { name: "invitation, second factor empty", open: invitation(CHOSEN, {}), status: 422, errors: true },
  { name: "invitation, recovery codes", open: invitation(CHOSEN, appCode) },
  { name: "new password", open: reset("reset-password", "/reset-password/") },
  { name: "new password, different", open: reset("reset-password", "/reset-password/", { ...CHOSEN, again: "Another-1" }), status: 422, errors: true },
  { name: "new second factor", open: reset("reset-factor", "/second-factor/") },
  { name: "new second factor, wrong password", open: reset("reset-factor", "/second-factor/", { password: "Wrong-one-1" }), status: 422, errors: true },
  { name: "link that has ended", open: at("/invitation/nothing") },
  { name: "users", user: "PORTAL_SUPER", open: at("/users") },
  { name: "invite a user", user: "PORTAL_SUPER", open: at("/users/new") },
  { name: "invite a user, empty", user: "PORTAL_SUPER", open: form("/users/new"), status: 422, errors: true },
  { name: "user", user: "PORTAL_SUPER", open: user("Owen Demo") },
  { name: "user, activity", user: "PORTAL_SUPER", open: user("Vikram Demo", "/activity") },
  { name: "user, details", user: "PORTAL_SUPER", open: user("Owen Demo", "/details") },
  { name: "user, details wrong", user: "PORTAL_SUPER", open: user("Owen Demo", "/details", { given_name: "" }), status: 422, errors: true },
  { name: "user, roles", user: "PORTAL_SUPER", open: user("Owen Demo", "/roles") },
  { name: "user, suspend", user: "PORTAL_SUPER", open: user("Owen Demo", "/suspend") },
  { name: "user, the last super user", user: "PORTAL_SUPER", open: user("Samira Demo", "/remove", {}), status: 422 },
  { name: "certificates", user: "PORTAL_SUPER", open: at("/certificates") },
  { name: "certificate, revoke", user: "PORTAL_SUPER", open: follow("/certificates", "/certificates/") },
  { name: "certificate, ask", user: "PORTAL_SUPER", open: at("/certificates/new") },
  { name: "certificate, not a request", user: "PORTAL_SUPER", open: form("/certificates/new", { request: "Our request" }), status: 422, errors: true },
  { name: "certificate, the request", user: "PORTAL_SUPER", open: request },
  { name: "certificate, two already", user: "PORTAL_SUPER", open: async (page) => { await request(page); await send(page); }, status: 422 },
  { name: "certificates, a request waits", user: "PORTAL_AO_SUPER", open: asked("/certificates") },
  { name: "certificate, withdraw the request", user: "PORTAL_AO_SUPER", open: asked("/certificates/withdraw") },
  { name: "batches", user: "PORTAL_BATCH", open: at("/batches") },
  { name: "new batch", user: "PORTAL_BATCH", open: at("/batches/new") },
  { name: "new batch, empty", user: "PORTAL_BATCH", open: form("/batches/new"), status: 422, errors: true },
  { name: "checked file", user: "PORTAL_BATCH", open: uploaded(CODES) },
  { name: "checked file, not to be submitted", user: "PORTAL_BATCH", open: uploaded(CODES, "check") },
  { name: "checked file, refused", user: "PORTAL_BATCH", open: uploaded("registration/faults/LRB_TEST0039_310720251413.CSV") },
  { name: "cancelled file", user: "PORTAL_BATCH", open: async (page) => {
    await uploaded(CODES)(page);
    await page.getByRole("button", { name: "Delete the file" }).click();
  } },
  { name: "finished batch", user: "PORTAL_BATCH", open: submitted(uploaded(CODES), "Submit all records") },
  { name: "finished batch, achievements", user: "PORTAL_AO", open: submitted(uploaded("demo/QCF_TEST0045_20250731_050.CSV"), "Submit all records") },
  { name: "exceptions of a batch", user: "PORTAL_BATCH", open: then(submitted(uploaded(CODES), "Submit all records"), "/batches/", "/exceptions") },
  { name: "exception, possible matches", user: "PORTAL_BATCH", open: exception("RC007") },
  { name: "exception, to correct", user: "PORTAL_BATCH", open: exception("RC011") },
  { name: "plans of a learner", user: "PORTAL_ONLINE", open: then(form("/learners/find", LEARNER), "/learners/", "/plans") },
  { name: "new plan", user: "PORTAL_ONLINE", open: then(then(form("/learners/find", LEARNER), "/learners/", "/plans"), "/plans/new/") },
  { name: "new plan, empty", user: "PORTAL_ONLINE", open: then(then(form("/learners/find", LEARNER), "/learners/", "/plans"), "/plans/new/", "", {}), status: 422, errors: true },
  { name: "plan", user: "PORTAL_ONLINE", open: planned() },
  { name: "plan, change", user: "PORTAL_ONLINE", open: planned("Change the details") },
  { name: "plan, aim", user: "PORTAL_ONLINE", open: planned("Change aim 1: Level 1 Baking") },
  { name: "plan, history", user: "PORTAL_ONLINE", open: planned("History") },
  { name: "plan, print", user: "PORTAL_ONLINE", open: planned("Print") },
  { name: "plan of another organisation", user: "PORTAL_ONLINE", open: async (page) => {
    await then(form("/learners/find", LEARNER), "/learners/", "/plans")(page);
    await page.getByRole("link", { name: "Laundry" }).click();
  } },
  { name: "plans", user: "PORTAL_ONLINE", open: async (page) => {
    await planned()(page);
    await page.goto("/plans");
  } },
  { name: "exceptions", user: "PORTAL_SUPER", open: at("/exceptions") },
  { name: "check a file", user: "PORTAL_BATCH", open: at("/check-a-file") },
  { name: "achievements", user: "PORTAL_AO", open: at("/achievements") },
  { name: "achievements without a ULN", user: "PORTAL_AO", open: form("/achievements"), status: 422, errors: true },
  { name: "achievements of a learner", user: "PORTAL_AO", open: form("/achievements", { uln: LEARNER.uln }) },
  { name: "achievements of nobody", user: "PORTAL_AO", open: form("/achievements", { uln: NO_EVENTS.uln }) },
  { name: "new achievement", user: "PORTAL_AO", open: at("/achievements/new") },
  { name: "new achievement empty", user: "PORTAL_AO", open: form("/achievements/new"), status: 422, errors: true },
  { name: "new achievement qualification", user: "PORTAL_AO", open: entering() },
  { name: "new achievement search empty", user: "PORTAL_AO", open: entering({ search: " " }), status: 422, errors: true },
  { name: "new achievement search", user: "PORTAL_AO", open: entering({ search: "language" }) },
  { name: "new achievement search of others", user: "PORTAL_AO", open: entering({ search: "carpentry" }) },
  { name: "new achievement search without a hit", user: "PORTAL_AO", open: entering({ search: "no such thing" }) },
  { name: "new achievement without a choice", user: "PORTAL_AO", open: entering({ search: "language" }, {}), status: 422, errors: true },
  { name: "new achievement award", user: "PORTAL_AO", open: entering({ search: QUALIFICATION }, { reference: QUALIFICATION }) },
  { name: "new achievement award empty", user: "PORTAL_AO", open: entering({ search: QUALIFICATION }, { reference: QUALIFICATION }, {}), status: 422, errors: true },
  { name: "new achievement check", user: "PORTAL_AO", open: entering({ search: QUALIFICATION }, { reference: QUALIFICATION }, award()) },
  { name: "new achievement refused", user: "PORTAL_AO", open: entering({ search: QUALIFICATION }, { reference: QUALIFICATION }, { ...award(), "award_date-year": "2099" }, {}), status: 422, errors: true },
  { name: "new achievement created", user: "PORTAL_AO", open: (page) => entering({ search: QUALIFICATION }, { reference: QUALIFICATION }, award(), {})(page) },
  { name: "achievement", user: "PORTAL_AO", open: entered(), image: "achievement" },
  { name: "achievement change", user: "PORTAL_AO", open: entered("Change the achievement") },
  { name: "achievement change refused", user: "PORTAL_AO", open: entered("Change the achievement", {}), status: 422, errors: true },
  { name: "achievement withdraw", user: "PORTAL_AO", open: entered("Withdraw the achievement") },
  { name: "achievement withdraw without a reason", user: "PORTAL_AO", open: entered("Withdraw the achievement", {}), status: 422, errors: true },
  { name: "achievement withdrawn", user: "PORTAL_AO", open: entered("Withdraw the achievement", { reason: "Awarded by mistake" }) },
  { name: "achievement reinstate", user: "PORTAL_AO", open: async (page) => {
    await entered("Withdraw the achievement", { reason: "Awarded by mistake" })(page);
    await page.getByRole("link", { name: "Reinstate the achievement" }).click();
  } },
  { name: "entries", user: "PORTAL_AO", open: async (page) => {
    await submitted(uploaded("demo/QCF_TEST0045_20250731_050.CSV"), "Submit all records")(page);
    const { language, provider, ...result } = award();
    await waiting("Enter the result", result)(page);
    await waiting()(page);
    await page.goto("/entries");
  } },
  { name: "new entry", user: "PORTAL_AO", open: at("/entries/new") },
  { name: "new entry day", user: "PORTAL_AO", open: entry() },
  { name: "new entry day empty", user: "PORTAL_AO", open: entry({}), status: 422, errors: true },
  { name: "new entry check", user: "PORTAL_AO", open: entry(expected()) },
  { name: "new entry made", user: "PORTAL_AO", open: (page) => entry(expected(), {})(page) },
  { name: "entry that waits", user: "PORTAL_AO", open: waiting() },
  { name: "entry result", user: "PORTAL_AO", open: waiting("Enter the result") },
  { name: "entry result empty", user: "PORTAL_AO", open: waiting("Enter the result", {}), status: 422, errors: true },
  { name: "entry change", user: "PORTAL_AO", open: waiting("Change the entry") },
  { name: "verify", user: "PORTAL_ONLINE", open: at("/verify") },
  { name: "verify, answer", user: "PORTAL_ONLINE", open: form("/verify", { uln: LEARNER.uln, given_name: LEARNER.given_name, family_name: "Other" }) },
  { name: "verify, empty", user: "PORTAL_ONLINE", open: form("/verify"), status: 422, errors: true },
];
