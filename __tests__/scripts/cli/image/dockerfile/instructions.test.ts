import fc from 'fast-check';
import { parseDockerfile } from '../../../../../scripts/cli/image/dockerfile/instructions';
import { anyCharacter } from '../../../../support/any-character';

function parsed(...lines: readonly string[]) {
  return parseDockerfile(`${lines.join('\n')}\n`);
}

function rests(...lines: readonly string[]): readonly string[] {
  return parsed(...lines).instructions.map(({ rest }) => rest);
}

describe('instructions of a Dockerfile', () => {
  test('a continued line loses its escape, comments and blank lines inside of it', () => {
    expect(rests('RUN a \\', '  # why', '', '  && b')).toEqual(['a   && b']);
  });

  test('two escapes at the end of a line continue nothing', () => {
    expect(rests('RUN a \\\\', 'RUN b')).toEqual(['a \\\\', 'b']);
  });

  test('the escape directive is obeyed where it stands first, and only there', () => {
    expect(rests('# escape=`', 'RUN a `', '  b')).toEqual(['a   b']);
    expect(rests('# a comment', '# escape=`', 'RUN a \\', ' b')).toEqual(['a  b']);
  });

  test('flags end at the first word that is none', () => {
    const [copy] = parsed('COPY --from=build --chown="a b" --link x --not /y').instructions;
    expect(copy).toMatchObject({
      keyword: 'COPY',
      flags: ['--from=build', '--chown=a b', '--link'],
      rest: 'x --not /y',
    });
  });

  test('two here-documents of one line are read in order, quoted ones are not expanded', () => {
    const [copy] = parsed('COPY <<ONE <<"TWO" /d/', '1', 'ONE', '2', 'TWO', 'RUN x').instructions;
    expect(copy?.heredocs).toEqual([
      { name: 'ONE', expand: true, chomp: false, content: '1\n' },
      { name: 'TWO', expand: false, chomp: false, content: '2\n' },
    ]);
  });

  test('<<< begins no here-document, nor does << in an instruction that takes none', () => {
    expect(rests('RUN cat <<< x', 'CMD a <<EOF', 'LABEL a=b')).toEqual(['cat <<< x', 'a <<EOF', 'a=b']);
  });

  test('a here-document of a trigger belongs to the ONBUILD', () => {
    const { instructions } = parsed('ONBUILD RUN <<EOF', 'FROM inside', 'EOF', 'CMD x');
    expect(instructions.map(({ keyword }) => keyword)).toEqual(['ONBUILD', 'CMD']);
  });

  test('a here-document without an end is doubted', () => {
    expect(parsed('RUN <<EOF', 'x').doubts).toEqual([{ line: 1, reason: 'here-document EOF has no end' }]);
  });

  test('a byte order mark and Windows line ends change nothing', () => {
    const plain = parseDockerfile('FROM a\nRUN b \\\n c\n').instructions.map(({ keyword, rest }) => [
      keyword,
      rest,
    ]);
    expect(
      parseDockerfile('\uFEFFFROM a\r\nRUN b \\\r\n c\r\n').instructions.map(({ keyword, rest }) => [
        keyword,
        rest,
      ]),
    ).toEqual(plain);
  });

  test('comments and blank lines between instructions never change what is read', () => {
    const line = fc.constantFrom('FROM a', 'RUN b c', 'COPY --from=x y /z', 'ENV A=1', 'CMD ["x"]');
    const noise = fc.constantFrom('', '   ', '# a comment', '  # another');
    fc.assert(
      fc.property(fc.array(fc.tuple(line, noise), { minLength: 1, maxLength: 8 }), (lines) => {
        const plain = rests(...lines.map(([text]) => text));
        expect(rests(...lines.flat())).toEqual(plain);
      }),
    );
  });

  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => void parseDockerfile(text)));
  });
});
