// Every page of the portal in every state that is checked: who opens it, how, and with which status it comes.
// A page that a form leads to is opened by filling in the form.
import { demo } from "./visitor.mjs";

/// The demo's learner for exact matches.
export const LEARNER = { uln: "1100001017", given_name: "Ottoline", family_name: "Quillfeather" };

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
}

const secondFactor = (fields) => async (page) => {
  await form("/sign-in", { email: demo.PORTAL_VIEW, password: demo.PORTAL_PASSWORD })(page);
  if (fields) await send(page, fields);
};

export const PAGES = [
  { name: "sign-in", open: at("/sign-in") },
  { name: "sign-in, empty", open: form("/sign-in"), status: 422, errors: true },
  { name: "sign-in, refused", open: form("/sign-in", { email: "nobody@college.example", password: "Wrong-one-1" }), status: 422, errors: true },
  { name: "second factor", open: secondFactor() },
  { name: "second factor, empty", open: secondFactor({}), status: 422, errors: true },
  { name: "nothing here", open: at("/nothing-here"), status: 404 },
  { name: "home, super user", user: "PORTAL_SUPER", open: at("/") },
  { name: "home, online", user: "PORTAL_ONLINE", open: at("/") },
  { name: "home, awarding organisation", user: "PORTAL_AO", open: at("/") },
  { name: "not allowed", user: "PORTAL_BATCH", open: at("/learners/find"), status: 403 },
  { name: "find", user: "PORTAL_ONLINE", open: at("/learners/find") },
  { name: "find, empty", user: "PORTAL_ONLINE", open: form("/learners/find"), status: 422, errors: true },
  { name: "find, nobody", user: "PORTAL_ONLINE", open: form("/learners/find", { ...LEARNER, given_name: "Xavier" }), status: 422, errors: true },
  { name: "learner", user: "PORTAL_ONLINE", open: form("/learners/find", LEARNER) },
];
