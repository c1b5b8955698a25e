using System.Buffers;

namespace Keycloak.ApiProtection.Json;

/// <summary>
/// Checks that no object in a value, at any depth, has a duplicate name: otherwise two readers could disagree (RFC 8725 section 2.4).
/// </summary>
/// <remarks>
/// For values that are known to be well-formed. Names are compared after unescaping. A value is scanned once per level, and in a large
/// object each name may be compared with each other name, so use it only for content that the realm has signed.
/// </remarks>
internal static class JsonNestedNames
{
    /// <summary>The length of the shortest member: <c>"":1</c> and a comma.</summary>
    private const int ShortestMember = 5;

    private const int Few = 64;

    public static bool AreUnique(ReadOnlySpan<byte> json, JsonValue value)
    {
        if (value.Kind is not (JsonKind.Object or JsonKind.Array))
        {
            return true;
        }

        var raw = value.Raw(json);
        var most = (raw.Length / ShortestMember) + 1;
        if (most <= Few)
        {
            return AreUnique(raw, stackalloc JsonMemberNames.Entry[Few]);
        }

        var rented = ArrayPool<JsonMemberNames.Entry>.Shared.Rent(most);
        try
        {
            return AreUnique(raw, rented);
        }
        finally
        {
            ArrayPool<JsonMemberNames.Entry>.Shared.Return(rented);
        }
    }

    // The recursion is limited to JsonScanner.MaximumDepth, because the document is well-formed.
    private static bool AreUnique(ReadOnlySpan<byte> value, Span<JsonMemberNames.Entry> seen) =>
        value[0] == (byte)'{' ? AreUniqueInObject(value, seen) : AreUniqueInArray(value, seen);

    private static bool AreUniqueInObject(ReadOnlySpan<byte> value, Span<JsonMemberNames.Entry> seen)
    {
        var names = new JsonMemberNames(value, seen);
        var members = new JsonMembers(value);
        var (nested, escaped) = (false, false);
        while (members.Read())
        {
            if (names.Add(members.Name) is not null)
            {
                return false;
            }

            escaped |= members.Name.Escaped;
            nested |= MayHoldNames(value, members.Value);
        }

        if (escaped && !AreUniqueUnescaped(value))
        {
            return false;
        }

        // The names of this object are no longer needed, so the nested objects can use the same buffer.
        members = new JsonMembers(value);
        while (nested && members.Read())
        {
            if (MayHoldNames(value, members.Value) && !AreUnique(members.Value.Raw(value), seen))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreUniqueInArray(ReadOnlySpan<byte> value, Span<JsonMemberNames.Entry> seen)
    {
        var at = JsonScanner.SkipWhiteSpace(value, 1);
        while (!JsonScanner.IsAt(value, at, (byte)']'))
        {
            at = JsonScanner.AfterValue(value, at, out var element);
            if (at < 0 || (MayHoldNames(value, element) && !AreUnique(element.Raw(value), seen)))
            {
                return false;
            }

            at = JsonScanner.SkipWhiteSpace(value, at);
            at = JsonScanner.IsAt(value, at, (byte)',') ? JsonScanner.SkipWhiteSpace(value, at + 1) : at;
        }

        return true;
    }

    private static bool MayHoldNames(ReadOnlySpan<byte> json, JsonValue value) =>
        value.Kind == JsonKind.Object || (value.Kind == JsonKind.Array && value.Raw(json).Contains((byte)'{'));

    // Rare: Keycloak escapes only quotes, backslashes and control characters.
    private static bool AreUniqueUnescaped(ReadOnlySpan<byte> value)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var members = new JsonMembers(value);
        while (members.Read())
        {
            if (!names.Add(members.Name.Text(value)!))
            {
                return false;
            }
        }

        return true;
    }
}
