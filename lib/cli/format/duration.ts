export { formatDuration, plural } from '../../core/duration-words.ts';
