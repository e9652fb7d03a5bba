import { createLogUpdate } from 'log-update';

/** Where local mode shows itself: lines that stay, and below them a picture that is drawn over and over. */
export interface Screen {
  /** A line that stays. */
  print(line: string): void;
  /** Replaces the picture; does nothing where nothing can be replaced. */
  draw(picture: (columns: number) => string): void;
  /** Leaves the last picture where it is. */
  end(): void;
}

/** A terminal gets a live picture; a file or a pipe gets lines with the time. */
export function screenFor(stream: NodeJS.WriteStream): Screen {
  return stream.isTTY ? liveScreen(stream) : lineScreen(stream);
}

function liveScreen(stream: NodeJS.WriteStream): Screen {
  const update = createLogUpdate(stream);
  return {
    print: (line) => {
      update.clear();
      stream.write(`${line}\n`);
    },
    draw: (picture) => update(picture(stream.columns)),
    end: () => update.done(),
  };
}

const lineScreen = (stream: NodeJS.WritableStream): Screen => ({
  print: (line) => void stream.write(`${line}\n`),
  draw: () => undefined,
  end: () => undefined,
});
