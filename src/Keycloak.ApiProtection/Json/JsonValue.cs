using System.Buffers.Text;
using System.Text;

namespace Keycloak.ApiProtection.Json;

/// <summary>The position of a value in its document: the text between the quotes for a string, otherwise the value itself.</summary>
internal readonly record struct JsonValue(int Start, int Length, JsonKind Kind, bool Escaped)
{
    /// <summary>Gets whether the member exists, even if its value is <c>null</c>.</summary>
    public bool Exists => Kind != JsonKind.None;

    /// <summary>The bytes of the value as written in the document.</summary>
    public ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> json) => json.Slice(Start, Length);

    /// <summary>Whether this is a string that equals <paramref name="text"/>, with or without escapes.</summary>
    public bool Says(ReadOnlySpan<byte> json, ReadOnlySpan<byte> text)
    {
        if (Kind != JsonKind.String)
        {
            return false;
        }

        return Escaped ? JsonText.EqualsUnescaped(Raw(json), text) : Raw(json).SequenceEqual(text);
    }

    /// <summary>Whether this is a string that equals <paramref name="text"/>, ignoring case. ASCII only, without escapes.</summary>
    public bool SaysIgnoringCase(ReadOnlySpan<byte> json, ReadOnlySpan<byte> text) =>
        Kind == JsonKind.String && !Escaped && Ascii.EqualsIgnoreCase(Raw(json), text);

    /// <summary>Reads an integer of 64 bits. A number with a fraction or an exponent is not an integer.</summary>
    public bool TryGetInteger(ReadOnlySpan<byte> json, out long number)
    {
        number = 0;
        return Kind == JsonKind.Number
            && Utf8Parser.TryParse(Raw(json), out number, out var consumed)
            && consumed == Length;
    }

    /// <summary>The string's text, for the log and for claims; null if this is not a string.</summary>
    public string? Text(ReadOnlySpan<byte> json) =>
        Kind != JsonKind.String ? null : Escaped ? JsonText.Unescape(Raw(json)) : Encoding.UTF8.GetString(Raw(json));
}
