import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

/** Debian's Chromium without a window and without a network, with a profile in `home`. DATASETGAN_HEADED=1 shows it. */
export function launchChromium(home: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(join(home, 'chromium'), {
    executablePath: '/usr/bin/chromium',
    headless: process.env['DATASETGAN_HEADED'] === undefined,
    viewport: { width: 1280, height: 800 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}
