using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Tokens.Json;

/// <summary>The names that an object has had so far, so that none counts twice.</summary>
internal ref struct JsonMemberNames(ReadOnlySpan<byte> json, Span<JsonMemberNames.Entry> seen)
{
    // Seeded once a process: nobody outside can choose names that look alike to the comparison below.
    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;

    private readonly ReadOnlySpan<byte> _json = json;
    private readonly Span<Entry> _seen = seen;
    private int _count;

    // One bit for each eight bits of a mark: where it is clear, which is nearly always, nobody need be compared with.
    private Filter _filter;

    /// <summary>Gets whether <see cref="Refuse"/> refused for want of room, and not because a name stands twice.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Remembers the name; answers what is wrong with it, null when nothing is.</summary>
    public string? Refuse(JsonValue name)
    {
        var mark = Mark(name);
        ref var bits = ref _filter[(int)(mark >> 62)];
        var bit = 1UL << (int)(mark >> 56);
        if ((bits & bit) != 0 && WasSeen(name, (uint)mark))
        {
            return "a member stands in it twice";
        }

        bits |= bit;
        if (_count == _seen.Length)
        {
            IsFull = true;
            return "it has too many members";
        }

        _seen[_count++] = new Entry((uint)mark, name.Start);
        return null;
    }

    private readonly bool WasSeen(JsonValue name, uint mark)
    {
        // With the quote behind it, so that no name is taken for a longer one's beginning.
        var text = _json.Slice(name.Start, name.Length + 1);
        foreach (ref readonly var entry in _seen[.._count])
        {
            if (entry.Mark == mark && _json[entry.Start..].StartsWith(text))
            {
                return true;
            }
        }

        return false;
    }

    // Eight letters at a time, and the last eight of a long name once more, so that names of every length take the same way.
    private readonly ulong Mark(JsonValue name)
    {
        var (at, left) = (name.Start, name.Length);
        var mark = Seed ^ (ulong)left;
        for (; left > sizeof(ulong); at += sizeof(ulong), left -= sizeof(ulong))
        {
            mark = Mix(mark ^ BinaryPrimitives.ReadUInt64LittleEndian(_json[at..]));
        }

        return left == 0 ? Mix(mark)
            : at + sizeof(ulong) <= _json.Length ? Mix(mark ^ (BinaryPrimitives.ReadUInt64LittleEndian(_json[at..]) << (64 - (left * 8))))
            : Mix(mark ^ LastLetters(_json.Slice(at, left)));
    }

    /// <summary>The same for a name that ends with the document.</summary>
    private static ulong LastLetters(ReadOnlySpan<byte> letters)
    {
        ulong word = 0;
        for (var at = letters.Length - 1; at >= 0; at--)
        {
            word = (word << 8) | letters[at];
        }

        return word << (64 - (letters.Length * 8));
    }

    private static ulong Mix(ulong value)
    {
        value *= Seed;
        return value ^ (value >> 29);
    }

    /// <summary>One name: part of its mark, and where it stands.</summary>
    internal readonly record struct Entry(uint Mark, int Start);

    [InlineArray(4)]
    private struct Filter
    {
        private ulong _bits;
    }
}
