import { onTestFinished, vi } from 'vitest';

/** What this process prints from now until the end of the running test, both streams, kept from the terminal. */
export function captureOutput(): { readonly text: string; json(): unknown[] } {
  let text = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    }),
  );
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return {
    get text() {
      return text;
    },
    /** Its lines, each read as JSON. */
    json: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}
