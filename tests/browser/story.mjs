// The main job of a school, done by a person from an invitation to the output of a batch, with the
// keyboard alone: the path that README describes.
import { fileURLToPath } from "node:url";

import { Keyboard } from "./keyboard.mjs";
import { demo, oneTimeCode } from "./visitor.mjs";

const PASSWORD = "Walrus-kettle-91";
const FILE = "LRB_TEST0038_310720251230.CSV";
const RECORDS = 200;

export const STORY = {
  name: "from an invitation to the output of a batch",
  async work(visitor) {
    const page = await visitor.page();
    const keys = new Keyboard(page);
    await acceptInvitation(page, keys);
    await register(page, keys);
    const batch = await submit(page, keys);
    const worked = await workExceptions(page, keys, batch);
    const wrong = worked === 2 ? [] : [`${worked} exceptions were worked, not 2`];
    await keys.press("Batches");
    await keys.press(batch);
    const output = await keys.download("Download the output (CSV)");
    const rows = output.text.trim().split("\n").length - 1;
    if (rows !== RECORDS) wrong.push(`${output.name} has ${rows} rows, not ${RECORDS}`);
    await page.context().close();
    return wrong;
  },
};

/// Follows the link of the e-mail: a password, a second factor, the user agreement.
async function acceptInvitation(page, keys) {
  await page.goto(demo.PORTAL_INVITATION);
  await keys.type("New password", PASSWORD);
  await keys.type("The same password again", PASSWORD);
  await keys.press("Set password");
  const secret = await page.locator("main code").first().textContent();
  await keys.type("Code from the app", oneTimeCode(secret));
  await keys.press("Finish");
  await keys.press("Continue to the user agreement");
  await keys.press("Accept the user agreement");
}

/// Finds that a learner has no ULN, and registers her.
async function register(page, keys) {
  await keys.press("Find a learner");
  await keys.type("Given name", "Wilhelmina");
  await keys.type("Family name", "Thistlewick");
  await keys.choose("By date of birth, gender and postcode");
  await keys.type("Day", "14");
  await keys.type("Month", "2");
  await keys.type("Year", "2008");
  await keys.choose("Female");
  await keys.type("Last known postcode", "ZZ48 2QT");
  await keys.press("Find learner");
  await keys.press("Register a new learner");
  await keys.press("Continue");
  await keys.press("Continue");
  await keys.press("Continue");
  await keys.choose("Passport");
  await keys.press("Continue");
  await keys.choose("Has seen the privacy notice, and shares data");
  await keys.press("Continue");
  await keys.press("Register learner");
  const panel = await page.locator("main .govuk-panel").textContent();
  if (!/\d{3} \d{3} \d{4}/.test(panel)) throw new Error(`no ULN on ${panel}`);
}

/// Uploads the demo's file of 200 others, of whom one is like the learner and one has no gender, and
/// submits it. Returns the heading of the batch.
async function submit(page, keys) {
  await keys.press("Batches");
  await keys.press("Upload a file");
  await keys.choose("Check it, then submit it");
  await keys.chooseFile("File", fileURLToPath(new URL(`../../fixtures/files/demo/${FILE}`, import.meta.url)));
  await keys.press("Upload file");
  await finish(page, keys);
  await keys.press("Submit all records");
  await finish(page, keys);
  return (await page.locator("h1").textContent()).trim();
}

/// Waits for the link that appears when the check or the batch is finished, and follows it.
async function finish(page, keys) {
  const link = page.locator("[data-result]");
  if ((await link.count()) === 0) return;
  await link.locator("visible=true").waitFor({ timeout: 60_000 });
  await keys.press((await link.textContent()).trim());
}

/// Works through the exceptions of the batch one by one, and returns how many there were.
async function workExceptions(page, keys, batch) {
  await keys.press("Work through the exceptions");
  let worked = 0;
  for (let next = await page.locator("main table a").first().textContent(); next; worked += 1) {
    await keys.press(next);
    const choices = await page.locator("main input[name=uln][type=radio]").count();
    if (choices > 0) {
      await keys.type("Why is the learner none of these?", "A sister");
      await keys.press("Register as a new learner");
    } else {
      await keys.type("Gender", "2");
      await keys.press("Save the corrected record");
    }
    // The next one may be of another batch.
    const button = page.locator(`main a[role=button][href^="/exceptions/${batch.replace(/\D/g, "")}-"]`);
    next = (await button.count()) > 0 && (await button.textContent()).trim();
  }
  return worked;
}
