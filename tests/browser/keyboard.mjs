// The keyboard of somebody who uses nothing else.
import { readFile } from "node:fs/promises";

/// Reaches what it uses by Tab, by the name that is read aloud.
export class Keyboard {
  constructor(page) {
    this.page = page;
  }

  async type(name, text) {
    await this.reach(name);
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.type(text);
  }

  /// Chooses a radio: Tab reaches its group, arrows move within it.
  async choose(name) {
    await this.tabUntil(`the radio "${name}"`, async () => (await this.group()).includes(name));
    await this.page.keyboard.press("Space");
    for (let presses = 0; presses < 20 && (await this.focused()) !== name; presses += 1) {
      await this.page.keyboard.press("ArrowDown");
    }
  }

  /// Chooses a file in the dialog that the field opens.
  async chooseFile(name, file) {
    await this.reach(name);
    const opened = this.page.waitForEvent("filechooser");
    // Playwright catches dialogs from here on, but does not say when Chromium has begun to: a question
    // to the page is answered after that.
    await this.page.evaluate(() => undefined);
    await this.page.keyboard.press("Enter");
    await (await opened).setFiles(file);
  }

  /// Follows a link to a file, and returns the text of the file.
  async download(name) {
    await this.reach(name);
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.page.keyboard.press("Enter")]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
  }

  /// Presses a button or follows a link, to the next page.
  async press(name) {
    await this.reach(name);
    await Promise.all([this.page.waitForNavigation(), this.page.keyboard.press("Enter")]);
  }

  async reach(name) {
    await this.tabUntil(`"${name}"`, async () => (await this.focused()) === name);
  }

  async tabUntil(what, isThere) {
    for (let presses = 0; presses < 120; presses += 1) {
      if (await isThere()) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${what} on ${await this.page.title()}, ${this.page.url()}`);
  }

  /// The names of the radios in the group that has the focus.
  group() {
    return this.page.evaluate(() => {
      const it = document.activeElement;
      if (it.type !== "radio") return [];
      const group = it.form.elements[it.name];
      return [...(group.length ? group : [group])].map((radio) => radio.labels[0].textContent.replace(/\s+/g, " ").trim());
    });
  }

  /// What is read aloud of what has the focus.
  focused() {
    return this.page.evaluate(() => {
      const it = document.activeElement;
      const words = it.labels?.[0]?.textContent ?? it.getAttribute("aria-label") ?? it.textContent;
      return words.replace(/\s+/g, " ").trim();
    });
  }
}
