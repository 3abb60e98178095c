// Somebody at a browser: opens pages, signs in as one of the demo's users, and types.
import { createHmac } from "node:crypto";

/// The demo's variables.
export const demo = process.env;

export class Visitor {
  constructor(browser) {
    this.browser = browser;
    this.sessions = new Map();
    /// The paths of all pages that were shown.
    this.paths = new Set();
  }

  /// A page of a browser of its own; signed in, if a user is named: PORTAL_SUPER, PORTAL_ONLINE ...
  async page(user, options = {}) {
    const storageState = user && (await this.session(user));
    const context = await this.browser.newContext({
      baseURL: demo.PORTAL_URL,
      ignoreHTTPSErrors: true,
      reducedMotion: "reduce",
      ...options,
      storageState,
    });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    page.on("framenavigated", (frame) => this.paths.add(new URL(frame.url(), demo.PORTAL_URL).pathname));
    return page;
  }

  /// The cookies of a user's session. A code of the second factor is good once, so a user keeps a
  /// session, until shortly before sensitive acts would ask for a code again.
  session(user) {
    const kept = this.sessions.get(user);
    if (kept && Date.now() - kept.since < 8 * 60_000) return kept.state;
    const state = (async () => {
      const page = await this.page();
      await signIn(page, demo[user]);
      const state = await page.context().storageState();
      await page.context().close();
      return state;
    })();
    this.sessions.set(user, { state, since: Date.now() });
    return state;
  }
}

/// Signs in by the forms, as a person does.
async function signIn(page, email) {
  await page.goto("/sign-in");
  await page.locator("[autocomplete=username]").fill(email);
  await page.locator("[autocomplete=current-password]").fill(demo.PORTAL_PASSWORD);
  await page.locator("main button[type=submit]").last().click();
  await page.locator("[autocomplete=one-time-code]").fill(oneTimeCode(demo.PORTAL_TOTP_SECRET));
  await page.locator("main button[type=submit]").last().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/// The code of this moment for a secret in base32 (RFC 6238, six digits, 30 seconds, SHA-1).
export function oneTimeCode(secret) {
  const bits = [...secret.replace(/[=\s]/g, "").toUpperCase()]
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
