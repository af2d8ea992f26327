// Walks over the page as people do:
//   cargo build -p twinpool-page --example page
//   node tests/page/walk.mjs --program=target/debug/examples/page [--modules=.local/node] [--chromium=/usr/bin/chromium]
//     [--shots=FOLDER]
// The program serves the page with an invented move behind it, which the walk changes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { sound, start, watch } from "./browser.mjs";

const { values: given } = parseArgs({
  options: {
    program: { type: "string" },
    modules: { type: "string", default: ".local/node" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
    shots: { type: "string" },
  },
});
const server = spawn(given.program, ["127.0.0.1:0", "--allow-changes"], { stdio: ["ignore", "pipe", "inherit"] });
process.on("exit", () => server.kill());
const [line] = await once(createInterface(server.stdout), "line");
const home = new URL(line);
const at = (path) => new URL(path, home.origin).href;

/** The user of the fake desk of whom one thing differs. */
const ADA = "9441f38c-d64d-45d1-8401-ec94ab328c6d";

const steps = {
  async "only who has the key is let in, and it does not stay in the address"({ page }) {
    const shut = await page.goto(at("/"));
    assert.equal(shut.status(), 403);
    const open = await page.goto(home.href);
    assert.equal(open.status(), 200);
    assert.equal(page.url(), at("/"));
  },

  async "every page is sound, wide and narrow, light and dark"({ page, axe }) {
    const pages = {
      overview: "/",
      conflicts: "/conflicts",
      reason: "/conflicts?reason=twin",
      user: `/users?who=${ADA}`,
      twin: "/users?who=f2cf2fa4-1e9f-4777-8865-ccad9f66edcd",
      users: "/users",
      nobody: "/users?who=nobody",
      phase: "/phase",
      lost: "/lost",
    };
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 900 });
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(at(path));
          await sound(page, axe, `${name}, ${colorScheme}, ${width}`);
          await shot(page, `${name}-${colorScheme}-${width}`);
        }
        await page.goto(at("/"));
        for (const summary of await page.locator("summary").all()) await summary.click();
        await sound(page, axe, `overview with its numbers, ${colorScheme}, ${width}`);
      }
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
  },

  async "why one user differs is found in three clicks"({ page }) {
    await page.goto(at("/"));
    await page.getByRole("link", { name: "taken" }).click();
    await page.getByRole("link", { name: ADA }).first().click();
    await page.getByText("custom:subscription_level").waitFor();
    const row = page.getByRole("row").filter({ hasText: "custom:subscription_level" });
    assert.match(await row.innerText(), /missing/);
    assert.match(await page.locator("main").innerText(), /1 thing differs/);
  },

  async "a user is found with the keyboard alone"({ page }) {
    await page.goto(at("/"));
    await page.locator("body").press("Tab");
    assert.equal(await focused(page), "To the content");
    for (let number = 0; number < 12 && (await focused(page)) !== "who"; number += 1) await page.keyboard.press("Tab");
    assert.equal(await focused(page), "who");
    await page.keyboard.type(` ${ADA.toUpperCase()} `);
    await page.keyboard.press("Enter");
    await page.waitForURL(/users/);
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), ADA);
  },

  async "an address is stopped before it gets into the history"({ page }) {
    await page.goto(at("/"));
    await page.getByLabel("Sub or user id").fill("jane@example.com");
    await page.getByRole("button", { name: "Search" }).click();
    assert.equal(await page.locator("#who").evaluate((input) => input.validity.patternMismatch), true);
    assert.equal(page.url(), at("/"));
  },

  async "the overview renews itself, and takes nobody's place away"({ page }) {
    await page.clock.install();
    await page.goto(at("/"));
    const summary = page.locator("#lag-numbers summary");
    await summary.click();
    await page.evaluate(() => {
      document.getElementById("now").dataset.health = "other than the next";
      window.scrollTo(0, 300);
    });
    const [answer] = await Promise.all([page.waitForResponse(/\/now$/), page.clock.fastForward(6000)]);
    assert.equal(answer.status(), 200);
    await page.waitForFunction(() => document.getElementById("now").dataset.health !== "other than the next");
    assert.equal(await page.locator("#lag-numbers").getAttribute("open"), "");
    assert.equal(await page.evaluate(() => document.activeElement.closest("details")?.id), "lag-numbers");
    assert.equal(await page.evaluate(() => window.scrollY), 300);
    const health = await page.getByRole("heading", { level: 1 }).innerText();
    assert.equal(await page.getByRole("status").innerText(), health);
  },

  async "a server that is gone is said to be gone"({ page, axe }) {
    await page.clock.install();
    await page.goto(at("/"));
    await page.route("**/now", (route) => route.abort());
    await page.clock.fastForward(6000);
    await page.getByRole("alert").waitFor();
    assert.match(await page.getByRole("alert").innerText(), /Not reached since \d\d:\d\d:\d\d UTC/);
    await sound(page, axe, "gone");
    await shot(page, "gone", false);
    await page.unroute("**/now");
    await page.clock.fastForward(6000);
    await page.getByRole("alert").waitFor({ state: "hidden" });
  },

  async "without scripts the page works too"({ context }) {
    const cookies = await context.cookies();
    const plain = await context.browser().newContext({ javaScriptEnabled: false });
    await plain.addCookies(cookies);
    const page = await plain.newPage();
    await page.goto(at(`/users?who=${ADA}`));
    await page.getByRole("button", { name: "Keep the old pool's value" }).click();
    assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /Keep the old pool's value/);
    await plain.close();
  },

  async "a refused switch says why, and takes a reason"({ page, axe }) {
    await page.goto(at("/phase"));
    await page.getByLabel("Share of the users").fill("100");
    await page.locator("#switch-why").fill("a week without trouble");
    await page.locator("form", { has: page.locator("#share") }).getByRole("button").click();
    await page.getByText("Refused as it stands").waitFor();
    await sound(page, axe, "refused");
    await shot(page, "refused");
    await page.getByLabel("Why that is all right").fill("they are known");
    await page.getByRole("button", { name: "Show what would happen" }).click();
    await page.getByRole("button", { name: "Send everybody to the new pool, although checks do not hold" }).waitFor();
  },

  async "a rollback is shown, confirmed and done once"({ page, axe }) {
    await page.goto(at("/phase"));
    await page.locator("#rollback-why").fill("sign-ins fail <b>since</b> ten");
    await page.locator("form", { has: page.locator("#rollback-why") }).getByRole("button").click();
    await page.getByText("DLQ of the mirror").waitFor();
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await sound(page, axe, `preview, ${width}`);
      await shot(page, `preview-light-${width}`);
    }
    await page.getByRole("button", { name: "Send everybody back to the old pool" }).dblclick();
    await page.getByRole("heading", { name: "Done" }).waitFor();
    await sound(page, axe, "done");
    await shot(page, "done-light-1280");
    await page.getByRole("link", { name: "See how it stands now" }).click();
    await page.getByText("Rolled back").first().waitFor();
    assert.equal(await page.getByText("“sign-ins fail <b>since</b> ten”").count(), 1);
  },
};

const focused = (page) =>
  page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());

async function shot(page, name, fullPage = true) {
  if (given.shots) await page.screenshot({ path: join(given.shots, `${name}.png`), fullPage });
}

if (given.shots) mkdirSync(given.shots, { recursive: true });
const { context, axe, close } = await start(given.modules, given.chromium);
let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  const page = await context.newPage();
  const wrong = watch(page);
  try {
    await step({ page, axe, context });
    assert.deepEqual(wrong, []);
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n  ${error.message}`);
  }
  await page.close();
}
await close();
process.exit(failed > 0 ? 1 : 0);
