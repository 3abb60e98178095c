// What people come for, done with the keyboard alone, and what script adds.
import { CORRECTION } from "./correction.mjs";
import { Keyboard } from "./keyboard.mjs";
import { LEARNER, award } from "./pages.mjs";
import { STORY } from "./story.mjs";
import { demo, oneTimeCode } from "./visitor.mjs";

export const TASKS = [
  STORY,
  CORRECTION,
  {
    name: "sign in and find a learner",
    async work(visitor) {
      const page = await visitor.page();
      await page.goto("/sign-in");
      const keys = new Keyboard(page);
      await keys.type("E-mail address", demo.PORTAL_SUPER);
      await keys.type("Password", demo.PORTAL_PASSWORD);
      await keys.press("Sign in");
      await keys.type("Code", oneTimeCode(demo.PORTAL_TOTP_SECRET));
      await keys.press("Continue");
      await keys.press("Find a learner");
      await keys.type("Given name", LEARNER.given_name);
      await keys.type("Family name", LEARNER.family_name);
      await keys.choose("By ULN");
      await keys.type("ULN", LEARNER.uln);
      await keys.press("Find learner");
      const heading = await page.locator("h1").textContent();
      await page.context().close();
      return heading.includes(LEARNER.family_name) ? [] : [`the last page is ${heading}`];
    },
  },
  {
    name: "add a passkey, sign in with it and remove it",
    async work(visitor) {
      const page = await visitor.page("PORTAL_DESK");
      const devices = await page.context().newCDPSession(page);
      await devices.send("WebAuthn.enable");
      const options = { protocol: "ctap2", transport: "usb", hasUserVerification: true, isUserVerified: true };
      await devices.send("WebAuthn.addVirtualAuthenticator", { options });
      await page.goto("/account/second-factor");
      const keys = new Keyboard(page);
      await keys.press("Add a passkey");
      await keys.type("Name of the passkey", "Blue key");
      await keys.press("Create passkey");
      const wrong = [];
      const says = async (words) => {
        const text = await page.locator("main").innerText();
        if (!text.includes(words)) wrong.push(`${page.url()} does not say ${words}: ${text}`);
      };
      await page.waitForURL("**/account/second-factor");
      await says("Not yet");
      await keys.press("Sign out");
      await keys.type("E-mail address", demo.PORTAL_DESK);
      await keys.type("Password", demo.PORTAL_PASSWORD);
      await keys.press("Sign in");
      await keys.press("Use a passkey");
      await page.waitForURL((url) => url.pathname === "/");
      await page.goto("/account/second-factor");
      if ((await page.locator("main").innerText()).includes("Not yet")) wrong.push("the use is not noted");
      await keys.press("Remove Blue key");
      await keys.press("Remove passkey");
      await page.waitForURL("**/account/second-factor");
      await says("You have no passkeys.");
      visitor.sessions.delete("PORTAL_DESK");
      await page.context().close();
      return wrong;
    },
  },
  {
    name: "enter an achievement",
    async work(visitor) {
      const page = await visitor.page("PORTAL_AO");
      await page.goto("/achievements");
      const keys = new Keyboard(page);
      const fields = award();
      await keys.press("Enter an achievement");
      await keys.type("ULN", LEARNER.uln);
      await keys.type("Given name", LEARNER.given_name);
      await keys.type("Family name", LEARNER.family_name);
      await keys.press("Verify learner");
      await keys.type("Search by number or title", "601/7001/3");
      await keys.press("Search");
      await keys.choose("Demonstration GCSE (9-1) in English Language (601/7001/3)");
      await keys.press("Continue");
      for (const [part, label] of [["day", "Day"], ["month", "Month"], ["year", "Year"]]) await keys.type(label, String(fields[`award_date-${part}`]));
      await keys.choose("7");
      await keys.choose("English");
      await keys.type("UKPRN of the provider where it was achieved", fields.provider);
      await keys.choose("Final");
      await keys.press("Continue");
      await keys.press("Create the achievement");
      const heading = await page.locator("h1").textContent();
      await page.context().close();
      return heading.includes("Achievement created") ? [] : [`the last page is ${heading}`];
    },
  },
  {
    name: "skip to the content",
    async work(visitor) {
      const page = await visitor.page();
      await page.goto("/sign-in");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      const inside = await page.evaluate(() => document.activeElement.closest("main") !== null);
      await page.context().close();
      return inside ? [] : ["the link does not lead into the content"];
    },
  },
  {
    name: "stay signed in",
    async work(visitor) {
      const page = await visitor.page("PORTAL_ONLINE");
      await page.clock.install();
      await page.goto("/");
      const warning = page.locator("dialog.lr-session");
      const wrong = [];
      await page.clock.runFor("15:00");
      if (await warning.isVisible()) wrong.push("the warning shows while there is time");
      await page.clock.fastForward("03:30");
      await page.clock.runFor("00:02");
      if (!(await warning.isVisible())) wrong.push("no warning shows before the session ends");
      await page.keyboard.press("Enter");
      await warning.waitFor({ state: "hidden" });
      // Without an answer the browser leaves the page, whose session is over.
      const left = page.waitForRequest("**/sign-in");
      await page.clock.fastForward("20:30");
      await page.clock.runFor("00:02");
      await left;
      await page.context().close();
      return wrong;
    },
  },
];
