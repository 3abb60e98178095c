// What is checked of every page, in each of its states.
import fs from "node:fs";
import path from "node:path";

const HERE = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const WIDE = { width: 1280, height: 1024 };
const NARROW = { width: 320, height: 1024 };
/// 1280 by 1024 pixels at 400 %.
const ZOOMED = { width: 320, height: 256 };
/// Whether outlines and the pictures of the documents are made again.
const updates = process.env.LRS_UPDATE_GOLDENS === "1";

/// Opens a page with script and without, and returns what is wrong with it.
export async function checkPage(visitor, entry, tools, counts) {
  const wrong = [];
  const check = async (name, work) => {
    counts.checks += 1;
    for (const complaint of await work()) wrong.push(`${name}: ${complaint}`);
  };
  for (const script of [true, false]) {
    const page = await visitor.page(entry.user, { viewport: WIDE });
    const how = script ? "with script" : "without script";
    const errors = [];
    page.on("pageerror", (error) => errors.push(`script fails: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !(entry.status >= 400)) errors.push(`console: ${message.text()}`);
    });
    // The page as it is where its scripts do not run; ours that check it still do.
    if (!script) await page.route(/\/assets\/.*\.js$/, (route) => route.fulfill({ body: "", contentType: "text/javascript" }));
    let document;
    page.on("response", (response) => {
      const request = response.request();
      const moved = response.status() >= 300 && response.status() < 400;
      if (request.isNavigationRequest() && !moved) document = response;
    });
    try {
      await entry.open(page, visitor);
    } catch (error) {
      const heading = await page.locator("h1").allInnerTexts().catch(() => []);
      throw new Error(`${how}, at "${heading}", ${page.url()}: ${error.stack}`);
    }
    await page.waitForLoadState("load");
    const html = await document.text();

    for (const size of [WIDE, NARROW]) {
      await page.setViewportSize(size);
      await check(`axe ${how} at ${size.width}`, () => axe(page, tools.axe));
    }
    await check(`reflow ${how}`, () => reflow(page));
    if (script) {
      if (entry.image && updates) {
        await page.setViewportSize({ width: 1000, height: 800 });
        await page.screenshot({ path: path.join(HERE, `../../docs/images/${entry.image}.png`) });
      }
      await page.setViewportSize(WIDE);
      await check("status", async () => (document.status() === (entry.status ?? 200) ? [] : [`${document.status()}`]));
      await check("html-validate", () => validate(html, tools.htmlValidate));
      await check("size", async () => (Buffer.byteLength(html) <= 60_000 ? [] : [`${Buffer.byteLength(html)} bytes`]));
      await check("outline", async () => outline(entry.name, await describe(page)));
      if (entry.errors) await check("error path", () => errorPath(page));
      await check("keyboard", () => keyboard(page));
      await page.setViewportSize(NARROW);
      await check("targets", () => targets(page));
      await page.emulateMedia({ forcedColors: "active" });
      await check("forced colours", () => forcedColours(page));
    }
    await check(`console ${how}`, async () => errors);
    await page.context().close();
  }
  return wrong;
}

/// WCAG 2.2 AA and axe's best practices: no violation.
async function axe(page, source) {
  // Half a megabyte, which takes as long to load as the page to check.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

/// At 400 % nothing scrolls sideways but a table in its own region.
async function reflow(page) {
  await page.setViewportSize(ZOOMED);
  return page.evaluate(() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((it) => it.getBoundingClientRect().right > root.clientWidth + 1);
    return [`${root.scrollWidth} of ${root.clientWidth} pixels: ${wide.slice(-3).map((it) => it.outerHTML.slice(0, 120)).join(" | ")}`];
  });
}

function validate(html, { HtmlValidate }) {
  const validator = new HtmlValidate({
    extends: ["html-validate:standard", "html-validate:a11y"],
    rules: {
      // Browsers read both; which is written is style.
      "attribute-boolean-style": "off",
      "no-trailing-whitespace": "off",
      "void-style": "off",
      // govuk-frontend writes roles and types that its own reasons ask for: a region that is a div,
      // a link that is a button.
      "prefer-native-element": "off",
      "no-redundant-role": "off",
      "no-implicit-button-type": "off",
      "require-sri": "off",
      "long-title": "off",
    },
  });
  const report = validator.validateStringSync(html);
  return report.results.flatMap(({ messages }) => messages.map((it) => `${it.line}:${it.column} ${it.ruleId}: ${it.message}`));
}

/// Title, headings and landmarks, as somebody hears them who jumps between them.
async function describe(page) {
  return page.evaluate(() => {
    const text = (element) => element.textContent.replace(/\s+/g, " ").trim();
    const shown = (element) => element.checkVisibility();
    const name = (element) => {
      const by = element.getAttribute("aria-labelledby");
      return element.getAttribute("aria-label") ?? (by ? text(document.getElementById(by)) : "");
    };
    const landmarks = "header, nav, main, footer, section[aria-label], section[aria-labelledby], [role=region], [role=alert]";
    const lines = [`title: ${document.title}`];
    for (const it of document.querySelectorAll(`h1, h2, h3, h4, h5, h6, ${landmarks}`)) {
      if (!shown(it)) continue;
      if (/^H\d$/.test(it.tagName)) lines.push(`${it.tagName.toLowerCase()}: ${text(it)}`);
      else lines.push(`[${it.getAttribute("role") ?? it.tagName.toLowerCase()}] ${name(it)}`.trim());
    }
    return `${lines.join("\n")}\n`;
  });
}

/// Compares with what is recorded; LRS_UPDATE_GOLDENS=1 records it.
function outline(name, text) {
  const file = path.join(HERE, "outlines", `${name.replace(/[^a-z0-9]+/gi, "-")}.txt`);
  // What differs from run to run: numbers of jobs, ULNs, dates.
  const steady = text.replace(/\b(Case|Batch) \d+/g, "$1 N").replace(/\d{2,}/g, "N").replace(/(January|February|March|April|May|June|July|August|September|October|November|December)/g, "MONTH");
  if (updates) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, steady);
  }
  if (!fs.existsSync(file)) return [`${file} is missing: record it by LRS_UPDATE_GOLDENS=1`];
  const recorded = fs.readFileSync(file, "utf8");
  return recorded === steady ? [] : [`differs from ${file}:\n${steady}`];
}

/// The error summary has the focus, and each of its links leads to a field with the same words.
async function errorPath(page) {
  const wrong = [];
  const summary = page.locator(".govuk-error-summary");
  if (!(await summary.evaluate((it) => it === document.activeElement))) wrong.push("the summary does not have the focus");
  if (!(await page.title()).startsWith("Error: ")) wrong.push(`the title is ${await page.title()}`);
  for (const link of await summary.locator("a").all()) {
    const words = (await link.textContent()).trim();
    await link.click();
    const field = await page.evaluate(() => {
      const focused = document.activeElement;
      // A radio may have a hint of its own; the error is told with the group.
      const ids = [focused, focused.closest("fieldset")].flatMap((it) => it?.getAttribute("aria-describedby")?.split(" ") ?? []);
      return ids.map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    });
    if (!field.includes(words)) wrong.push(`"${words}" does not lead to a field that says so, but: ${field}`);
  }
  return wrong;
}

/// Tab reaches everything that can be used; each shows that it has the focus, and nothing covers
/// it.
async function keyboard(page) {
  const wrong = [];
  await page.evaluate(() => { document.activeElement?.blur(); window.scrollTo(0, 0); });
  const expected = await page.evaluate(() => {
    const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    const all = [...document.querySelectorAll(usable)].filter((it) => it.checkVisibility() && !it.disabled && it.tabIndex >= 0);
    // Of radios of one name, Tab reaches one.
    const groups = new Set();
    return all.filter((it) => it.type !== "radio" || !groups.has(it.name) && groups.add(it.name)).length;
  });
  const reached = new Set();
  for (let presses = 0; presses < expected + 5; presses += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const it = document.activeElement;
      if (!it || it === document.body) return null;
      it.dataset.reached ??= String(document.querySelectorAll("[data-reached]").length);
      const style = getComputedStyle(it);
      const label = it.labels?.[0] && getComputedStyle(it.labels[0], "::before");
      const marked = (s) => s && ((s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== "none");
      const box = it.getBoundingClientRect();
      // The middle of the part that is in the window.
      const [x, y] = [box.left + box.width / 2, (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2];
      const top = document.elementFromPoint(x, y);
      const own = top && (it.contains(top) || top.contains(it) || [...(it.labels ?? [])].some((label) => label.contains(top)));
      return { id: it.dataset.reached, html: it.outerHTML.slice(0, 100), visible: marked(style) || marked(label), own: Boolean(own) };
    });
    if (!focus) continue;
    reached.add(focus.id);
    if (!focus.visible) wrong.push(`focus is not visible: ${focus.html}`);
    if (!focus.own) wrong.push(`what has the focus is covered: ${focus.html}`);
  }
  if (reached.size < expected) wrong.push(`Tab reaches ${reached.size} of ${expected}`);
  return [...new Set(wrong)];
}

/// Everything to press is at least 24 by 24 pixels, or a link within a line of text, or has that
/// much room (WCAG 2.5.8).
async function targets(page) {
  return page.evaluate(() => {
    const boxes = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
      .filter((it) => it.checkVisibility({ opacityProperty: false, visibilityProperty: true }))
      .map((it) => ({ it, box: it.getBoundingClientRect() }))
      .filter(({ box }) => box.right > 0 && box.bottom > 0);
    const small = ({ box }) => box.width < 24 || box.height < 24;
    const inline = ({ it }) => it.tagName === "A" && getComputedStyle(it).display === "inline" &&
      [...it.parentElement.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "");
    const centre = ({ box }) => [box.left + box.width / 2, box.top + box.height / 2];
    // A circle of 24 pixels around its centre touches no other target.
    const crowded = (one) => {
      const [x, y] = centre(one);
      return boxes.some((other) => {
        if (other === one || other.it.contains(one.it) || one.it.contains(other.it)) return false;
        const dx = Math.max(other.box.left - x, 0, x - other.box.right);
        const dy = Math.max(other.box.top - y, 0, y - other.box.bottom);
        const near = small(other) ? Math.hypot(x - centre(other)[0], y - centre(other)[1]) < 24 : Math.hypot(dx, dy) < 12;
        return near;
      });
    };
    return boxes.filter((one) => small(one) && !inline(one) && crowded(one))
      .map(({ it, box }) => `${Math.round(box.width)} by ${Math.round(box.height)}: ${it.outerHTML.slice(0, 120)}`);
  });
}

/// Where the system chooses the colours, controls still have an edge and buttons a border.
async function forcedColours(page) {
  return page.evaluate(() => {
    const edge = (style) => ["Top", "Right", "Bottom", "Left"].some((side) =>
      style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) > 0) ||
      (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
    // Buttons that read as links need none.
    const links = ".lr-link-button, .govuk-service-navigation__toggle";
    return [...document.querySelectorAll("button, input:not([type=hidden]), select, textarea, a.govuk-button")]
      .filter((it) => it.checkVisibility() && !it.matches(links))
      .filter((it) => !edge(getComputedStyle(it)) && !(it.labels?.[0] && edge(getComputedStyle(it.labels[0], "::before"))))
      .map((it) => `no edge: ${it.outerHTML.slice(0, 120)}`);
  });
}
