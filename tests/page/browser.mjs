// Chromium without a window, and what every page must keep to.

import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium with a profile of its own; `modules` holds node_modules with playwright-core and axe-core. */
export async function start(modules, executablePath) {
  const require = createRequire(join(resolve(modules), "package.json"));
  const { chromium } = require("playwright-core");
  const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  const profile = mkdtempSync(join(tmpdir(), "twinpool-page-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ARGUMENTS,
    headless: true,
    viewport: { width: 1280, height: 900 },
  });
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, axe, close };
}

/** Notes what must not be: requests that leave this machine, and anything that the console complains of. */
export function watch(page) {
  const wrong = [];
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOwn = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
    if (!isOwn && !["data:", "about:"].includes(protocol)) wrong.push(`asked ${request.url()}`);
  });
  // A page may say that nobody has an id; whatever it is dressed with must be there.
  page.on("response", (response) => {
    const isPage = response.request().resourceType() === "document";
    if (response.status() >= 400 && !isPage) wrong.push(`${response.status()} for ${response.url()}`);
  });
  page.on("console", (message) => {
    const isStatus = message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !isStatus) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`threw: ${error.message}`));
  return wrong;
}

/** No scrolling sideways, and no serious finding of axe. */
export async function sound(page, axe, where) {
  const wide = await page.evaluate(() => {
    const most = document.documentElement.clientWidth;
    const over = [...document.querySelectorAll("body *")].filter((one) => !one.closest(".scroll, .hidden, .skip, svg"));
    const names = over.filter((one) => one.getBoundingClientRect().right > most + 1).map((one) => one.outerHTML.slice(0, 90));
    return document.documentElement.scrollWidth > most ? ["the page scrolls", ...names] : names;
  });
  if (wide.length > 0) throw new Error(`${where}: wider than the window: ${wide.slice(0, 3).join(" | ")}`);
  // Through the debugger: the policy of the page lets no foreign script in.
  const debug = await page.context().newCDPSession(page);
  await debug.send("Runtime.evaluate", { expression: axe });
  const { result, exceptionDetails } = await debug.send("Runtime.evaluate", {
    expression: "axe.run(document).then((found) => JSON.stringify(found.violations))",
    awaitPromise: true,
  });
  await debug.detach();
  if (exceptionDetails) throw new Error(`${where}: axe did not run: ${exceptionDetails.text}`);
  const found = JSON.parse(result.value).filter((one) => ["serious", "critical"].includes(one.impact));
  if (found.length > 0) {
    const told = found.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html + " " + node.any.map((any) => any.message).join()).join(" | ")}`);
    throw new Error(`${where}: ${told.join("\n  ")}`);
  }
}
