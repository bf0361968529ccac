import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { announce } from '../ui/announcer.tsx';
import { formatNumberOf } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { useSuggestions } from './use-suggestions.ts';

const QUESTION_CHARACTERS_MAX = 4000;

/**
 * Where a question is typed. A combobox: arrows choose among suggested questions, Enter takes the
 * chosen one and asks what stands there, Escape closes the list.
 */
export function AskBox(props: {
  readonly isBusy: boolean;
  readonly onAsk: (question: string) => void;
  readonly isFocusedFirst?: boolean;
  readonly placeholder?: string;
  readonly label?: string;
  /** What to start with; a new text replaces what stands there. */
  readonly text?: string;
}) {
  const { isBusy, onAsk, label = 'Your question' } = props;
  const [text, setText] = useState(props.text ?? '');
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const suggestions = useSuggestions(text, isOpen);
  const isListed = isOpen && suggestions.length > 0;

  useEffect(() => {
    if (props.isFocusedFirst === true) input.current?.focus();
  }, [props.isFocusedFirst]);
  useEffect(() => {
    if (props.text === undefined) return;
    setText(props.text);
    input.current?.focus();
  }, [props.text]);
  useEffect(() => {
    if (isListed) announce(`${formatNumberOf(suggestions.length, 'suggestion')}`);
  }, [isListed, suggestions.length]);

  const close = (): void => {
    setOpen(false);
    setActive(-1);
  };
  const ask = (question: string): void => {
    const trimmed = question.trim();
    if (trimmed === '' || isBusy) return;
    close();
    onAsk(trimmed);
  };
  const take = (suggestion: string): void => {
    setText(suggestion);
    close();
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      if (!isListed) setOpen(true);
      else setActive(step(active, move, suggestions.length));
    } else if (event.key === 'Escape' && isListed) {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && isListed && active >= 0) {
      event.preventDefault();
      take(suggestions[active] ?? text);
    }
  };

  return (
    <form
      class={`ask ${isBusy ? 'ask-busy' : ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        ask(text);
      }}
    >
      <label class="unseen" for={`${id}-input`}>
        {label}
      </label>
      <input
        ref={input}
        id={`${id}-input`}
        class="ask-input"
        type="text"
        role="combobox"
        aria-expanded={isListed}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isListed && active >= 0 ? `${id}-${active}` : undefined}
        autocomplete="off"
        autocapitalize="sentences"
        spellcheck={false}
        enterkeyhint="send"
        maxLength={QUESTION_CHARACTERS_MAX}
        placeholder={props.placeholder ?? 'Ask in plain English'}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setActive(-1);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <button type="submit" class="ask-button" disabled={isBusy || text.trim() === ''}>
        <span>Ask</span>
        <Icon name="right" />
      </button>
      <div
        id={`${id}-list`}
        class="ask-list"
        role="listbox"
        aria-label="Suggested questions"
        hidden={!isListed}
      >
        {suggestions.map((suggestion, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the field keeps the focus and its keys.
          <div
            key={suggestion}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            class="ask-option"
            // The field would lose the focus, and the list with it, before the click arrives.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(suggestion)}
          >
            {suggestion}
          </div>
        ))}
      </div>
    </form>
  );
}

/** The next place in a list of which the field itself is the place before the first. */
function step(active: number, by: number, count: number): number {
  return ((active + 1 + by + count + 1) % (count + 1)) - 1;
}
