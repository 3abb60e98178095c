// Opens every page of the portal in Chromium and checks it; tests/integration/browser.rs starts it
// beside a demo.
//
// usage: node run.mjs FOLDER-OF-PACKAGES [PAGE ...]; the demo's variables (demo.env) are in the
// environment.
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import path from "node:path";

import { checkPage } from "./checks.mjs";
import { APART, NO_PAGES, PAGES } from "./pages.mjs";
import { TASKS } from "./tasks.mjs";
import { Visitor } from "./visitor.mjs";

const require = createRequire(path.resolve(process.argv[2], "package.json"));
const { chromium } = require("playwright-core");
const tools = { axe: require("axe-core").source, htmlValidate: require("html-validate") };
const chosen = process.argv.slice(3);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Chromium's own sandbox does not start for root, as which containers run tests.
  chromiumSandbox: process.getuid() !== 0,
  args: ["--force-color-profile=srgb", "--disable-gpu"],
});

const wrong = [];
const counts = { pages: 0, checks: 0, tasks: 0 };
const visitor = new Visitor(browser);

async function run(kind, entry, work) {
  if (chosen.length > 0 && !chosen.includes(entry.name)) return;
  counts[kind] += 1;
  const begun = Date.now();
  try {
    for (const complaint of (await work()) ?? []) wrong.push(`${entry.name}: ${complaint}`);
  } catch (error) {
    wrong.push(`${entry.name}: ${error.stack ?? error}`);
  }
  console.log(`${kind === "pages" ? "page" : "task"} ${entry.name}: ${Date.now() - begun} ms`);
}

// Several at a time; the tasks, which change what others see, one after another.
const waiting = chosen.length > 0 ? [...PAGES, ...APART] : [...PAGES];
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, async () => {
  for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
    const page = entry;
    await run("pages", page, () => checkPage(visitor, page, tools, counts));
  }
}));
for (const entry of TASKS) await run("tasks", entry, () => entry.work(visitor));
await browser.close();
if (chosen.length === 0) wrong.push(...unseen());

/// The routes of the portal that no page above has shown.
function unseen() {
  const routes = (process.env.PORTAL_ROUTES ?? "").split(" ").filter((route) => route && !(route in NO_PAGES));
  const shows = (route) => {
    const form = new RegExp(`^${route.replace(/\{[^}]*\}/g, "[^/]+")}$`);
    // A path with parameters may look like one without.
    return [...visitor.paths].some((path) => form.test(path) && (path === route || !routes.includes(path)));
  };
  return routes.filter((route) => !shows(route)).map((route) => `no page of pages.mjs shows ${route}`);
}

console.log(`${counts.pages} pages with ${counts.checks} checks, ${counts.tasks} tasks with the keyboard alone`);
if (wrong.length > 0) {
  console.error(`${wrong.length} complaints:\n${wrong.join("\n")}`);
  process.exit(1);
}
