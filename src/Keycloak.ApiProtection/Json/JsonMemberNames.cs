using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Json;

/// <summary>The member names of an object that were read so far, used to detect duplicates.</summary>
internal ref struct JsonMemberNames(ReadOnlySpan<byte> json, Span<JsonMemberNames.Entry> seen)
{
    // Seeded once per process, so that an attacker cannot choose names whose hashes collide.
    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;

    private readonly ReadOnlySpan<byte> _json = json;
    private readonly Span<Entry> _seen = seen;
    private int _count;

    // One bit for each value of a hash's upper six bits. If it is clear, as nearly always, no comparison is necessary.
    private ulong _filter;

    /// <summary>Adds the name. Returns why it cannot be added, or null if it was added.</summary>
    public string? Add(JsonValue name)
    {
        var text = name.Raw(_json);
        var hash = Hash(text);
        var bit = 1UL << (int)(hash >> 58);
        if ((_filter & bit) != 0 && WasSeen(text, hash))
        {
            return "it contains a member twice";
        }

        _filter |= bit;

        if (_count == _seen.Length)
        {
            return "it has too many members";
        }

        _seen[_count++] = new Entry(hash, name.Start, name.Length);
        return null;
    }

    private readonly bool WasSeen(ReadOnlySpan<byte> text, ulong hash)
    {
        foreach (ref readonly var entry in _seen[.._count])
        {
            if (entry.Hash == hash && _json.Slice(entry.Start, entry.Length).SequenceEqual(text))
            {
                return true;
            }
        }

        return false;
    }

    private static ulong Hash(ReadOnlySpan<byte> text)
    {
        var hash = Seed ^ (ulong)text.Length;
        while (text.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text));
            text = text[sizeof(ulong)..];
        }

        ulong rest = 0;
        foreach (var letter in text)
        {
            rest = (rest << 8) | letter;
        }

        return Mix(hash ^ rest);
    }

    private static ulong Mix(ulong value)
    {
        value *= Seed;
        return value ^ (value >> 29);
    }

    /// <summary>One name: its hash and its position.</summary>
    internal readonly record struct Entry(ulong Hash, int Start, int Length);
}
