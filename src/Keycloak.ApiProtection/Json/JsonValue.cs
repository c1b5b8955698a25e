using System.Buffers.Text;
using System.Text;

namespace Keycloak.ApiProtection.Json;

/// <summary>Where a value stands in its document: for a string the text between the quotes, otherwise the value itself.</summary>
internal readonly record struct JsonValue(int Start, int Length, JsonKind Kind, bool Escaped)
{
    /// <summary>Gets whether the member is there, be it <c>null</c>.</summary>
    public bool Exists => Kind != JsonKind.None;

    /// <summary>The value as it is written.</summary>
    public ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> json) => json.Slice(Start, Length);

    /// <summary>Whether this is a string that says exactly <paramref name="text"/>, however it is spelled.</summary>
    public bool Says(ReadOnlySpan<byte> json, ReadOnlySpan<byte> text)
    {
        if (Kind != JsonKind.String)
        {
            return false;
        }

        return Escaped ? JsonText.EqualsUnescaped(Raw(json), text) : Raw(json).SequenceEqual(text);
    }

    /// <summary>Whether this is a string that says <paramref name="text"/> in upper or lower case; ASCII, without escapes.</summary>
    public bool SaysIgnoringCase(ReadOnlySpan<byte> json, ReadOnlySpan<byte> text) =>
        Kind == JsonKind.String && !Escaped && Ascii.EqualsIgnoreCase(Raw(json), text);

    /// <summary>Reads a whole number that fits 64 bits; a fraction or an exponent is none.</summary>
    public bool TryGetInteger(ReadOnlySpan<byte> json, out long number)
    {
        number = 0;
        return Kind == JsonKind.Number
            && Utf8Parser.TryParse(Raw(json), out number, out var consumed)
            && consumed == Length;
    }

    /// <summary>The string's text, for the log and for claims; null when this is no string.</summary>
    public string? Text(ReadOnlySpan<byte> json) =>
        Kind != JsonKind.String ? null : Escaped ? JsonText.Unescape(Raw(json)) : Encoding.UTF8.GetString(Raw(json));
}
