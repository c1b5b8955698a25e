namespace Keycloak.ApiProtection.Claims;

/// <summary>Compares authentication levels (<c>acr</c>). OpenID Connect does not order them, so the order is configured.</summary>
/// <remarks>
/// An entry of the order can contain several names of one level, such as <c>gold 2</c>: Keycloak writes the one that was requested.
/// </remarks>
internal static class AuthenticationLevels
{
    /// <summary>Returns whether a level is one of the required ones or, if there is an order, higher than one of them.</summary>
    /// <param name="level">The level of the token.</param>
    /// <param name="required">The required levels, any of which is sufficient.</param>
    /// <param name="order">The levels, lowest first; empty if only equal levels are sufficient.</param>
    public static bool Meets(string level, IReadOnlyList<string> required, IList<string> order)
    {
        var rank = Rank(level, order);
        for (var i = 0; i < required.Count; i++)
        {
            // A name that is not in the order is equal to itself only.
            if (string.Equals(level, required[i], StringComparison.Ordinal)
                || (rank >= 0 && Rank(required[i], order) is >= 0 and var least && rank >= least))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns whether the order contains a level.</summary>
    public static bool Contains(IList<string> order, string level) => Rank(level, order) >= 0;

    /// <summary>Returns why a text cannot be the name of a level; null if it can.</summary>
    /// <remarks>
    /// RFC 6749 section 3.3 and RFC 9470 section 3: <c>acr_values</c> is separated by spaces and is sent in a quoted string. A name that
    /// cannot be sent could never be requested by a client.
    /// </remarks>
    public static string? Problem(string name)
    {
        foreach (var letter in name)
        {
            if (letter is not ('!' or (>= '#' and <= '[') or (>= ']' and <= '~')))
            {
                return "contains a character that a challenge cannot contain. Name the level with printable ASCII without spaces, "
                    + "quotation marks and backslashes (Realm settings > General > ACR to LoA Mapping), or use its number";
            }
        }

        return name.Length == 0 ? "is empty" : null;
    }

    private static int Rank(string level, IList<string> order)
    {
        for (var i = 0; i < order.Count; i++)
        {
            var names = order[i].AsSpan();
            foreach (var name in names.Split(' '))
            {
                if (level.Length > 0 && names[name].SequenceEqual(level))
                {
                    return i;
                }
            }
        }

        return -1;
    }
}
