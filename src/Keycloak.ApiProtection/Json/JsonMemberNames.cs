using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Json;

/// <summary>The names that an object has had so far, so that none counts twice.</summary>
internal ref struct JsonMemberNames(ReadOnlySpan<byte> json, Span<JsonMemberNames.Entry> seen)
{
    // Seeded once a process: nobody outside can choose names that look alike to the comparison below.
    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;

    private readonly ReadOnlySpan<byte> _json = json;
    private readonly Span<Entry> _seen = seen;
    private int _count;

    // One bit for each six bits of a mark: where it is clear, which is nearly always, nobody need be compared with.
    private ulong _filter;

    /// <summary>Remembers the name; answers what is wrong with it, null when nothing is.</summary>
    public string? Refuse(JsonValue name)
    {
        var text = name.Raw(_json);
        var mark = Mark(text);
        var bit = 1UL << (int)(mark >> 58);
        if ((_filter & bit) != 0 && WasSeen(text, mark))
        {
            return "a member stands in it twice";
        }

        _filter |= bit;

        if (_count == _seen.Length)
        {
            return "it has too many members";
        }

        _seen[_count++] = new Entry(mark, name.Start, name.Length);
        return null;
    }

    private readonly bool WasSeen(ReadOnlySpan<byte> text, ulong mark)
    {
        foreach (ref readonly var entry in _seen[.._count])
        {
            if (entry.Mark == mark && _json.Slice(entry.Start, entry.Length).SequenceEqual(text))
            {
                return true;
            }
        }

        return false;
    }

    private static ulong Mark(ReadOnlySpan<byte> text)
    {
        var mark = Seed ^ (ulong)text.Length;
        while (text.Length >= sizeof(ulong))
        {
            mark = Mix(mark ^ BinaryPrimitives.ReadUInt64LittleEndian(text));
            text = text[sizeof(ulong)..];
        }

        ulong rest = 0;
        foreach (var letter in text)
        {
            rest = (rest << 8) | letter;
        }

        return Mix(mark ^ rest);
    }

    private static ulong Mix(ulong value)
    {
        value *= Seed;
        return value ^ (value >> 29);
    }

    /// <summary>One name: its mark, and where it stands.</summary>
    internal readonly record struct Entry(ulong Mark, int Start, int Length);
}
