namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;

/// <summary>Compares the <c>htu</c> of a proof with the target of the request (RFC 9449 section 4.3, check 9).</summary>
/// <remarks>
/// Scheme and host do not depend on case, a default port is equal to none, and paths are compared in the normal form of
/// <see cref="UriPath"/>: with case and with a slash at the end. Query and fragment of <c>htu</c> are ignored. No allocation, no exception.
/// </remarks>
internal static class DpopUrl
{
    /// <summary>Returns whether the proof is for this target.</summary>
    /// <param name="htu">The URL in the proof.</param>
    /// <param name="target">The target of the request.</param>
    /// <param name="publicUrl">Replaces scheme, host and the prefix of the target. Null if it does not.</param>
    public static bool Matches(ReadOnlySpan<char> htu, in DpopTarget target, DpopPublicUrl? publicUrl)
    {
        var schemeLength = htu.IndexOf("://", StringComparison.Ordinal);
        if (schemeLength <= 0 || !TryReadPath(target.RawTarget, target, out var path))
        {
            return false;
        }

        var scheme = htu[..schemeLength];
        var behind = htu[(schemeLength + 3)..];
        var authorityLength = behind.IndexOfAny("/?#");
        var authority = authorityLength < 0 ? behind : behind[..authorityLength];
        var pathAndMore = authorityLength < 0 ? default : behind[authorityLength..];
        var pathLength = pathAndMore.IndexOfAny('?', '#');

        var (ownPrefix, rest) = Split(path, target);
        ReadOnlySpan<char> prefix = publicUrl is null ? ownPrefix : publicUrl.Prefix;
        return scheme.Equals(publicUrl?.Scheme ?? target.Scheme, StringComparison.OrdinalIgnoreCase)
            && AreSameAuthority(authority, publicUrl?.Authority ?? target.Host, scheme)
            && UriPath.AreEqual(new UriPath(pathLength < 0 ? pathAndMore : pathAndMore[..pathLength], default), new UriPath(prefix, rest));
    }

    /// <summary>Returns the URL that the proof should have named, for the log.</summary>
    public static string Expected(in DpopTarget target, DpopPublicUrl? publicUrl)
    {
        if (!TryReadPath(target.RawTarget, target, out var path))
        {
            return target.RawTarget;
        }

        var (ownPrefix, rest) = Split(path, target);
        return publicUrl is null
            ? $"{target.Scheme}://{target.Host}{ownPrefix}{rest}"
            : $"{publicUrl.Scheme}://{publicUrl.Authority}{publicUrl.Prefix}{rest}";
    }

    /// <summary>Finds the path in the request line's target (RFC 9112 section 3.2): origin form or absolute form.</summary>
    private static bool TryReadPath(ReadOnlySpan<char> rawTarget, in DpopTarget target, out ReadOnlySpan<char> path)
    {
        path = rawTarget;

        // Not all servers have the target of the request line. These do not unescape and rewrite the path either.
        if (path.IsEmpty)
        {
            path = target.Path;
        }
        else if (path[0] != '/')
        {
            var scheme = path.IndexOf("://", StringComparison.Ordinal);
            if (scheme <= 0)
            {
                return false;
            }

            path = path[(scheme + 3)..];
            var start = path.IndexOfAny("/?#");
            path = start < 0 ? default : path[start..];
        }

        var end = path.IndexOfAny('?', '#');
        path = end < 0 ? path : path[..end];
        return true;
    }

    /// <summary>Splits the path into the base of the application and the rest.</summary>
    /// <remarks>
    /// The target begins with the base after <c>UsePathBase</c>. After <c>X-Forwarded-Prefix</c> the proxy has removed it, and the target
    /// is <c>Request.Path</c>, which can begin with the same text.
    /// </remarks>
    private static PrefixAndRest Split(ReadOnlySpan<char> path, in DpopTarget target)
    {
        if (target.PathBase.Length == 0)
        {
            return new PrefixAndRest(default, path);
        }

        return UriPath.StartsWith(path, target.PathBase, out var length)
            && !UriPath.AreEqual(new UriPath(path, default), new UriPath(target.Path, default))
            ? new PrefixAndRest(path[..length], path[length..])
            : new PrefixAndRest(target.PathBase, path);
    }

    private static bool AreSameAuthority(ReadOnlySpan<char> one, ReadOnlySpan<char> other, ReadOnlySpan<char> scheme)
    {
        var oneHost = WithoutDefaultPort(one, scheme);
        var otherHost = WithoutDefaultPort(other, scheme);
        return !oneHost.IsEmpty && !oneHost.Contains('@') && oneHost.Equals(otherHost, StringComparison.OrdinalIgnoreCase);
    }

    private static ReadOnlySpan<char> WithoutDefaultPort(ReadOnlySpan<char> authority, ReadOnlySpan<char> scheme)
    {
        var colon = authority.LastIndexOf(':');

        // The colons of an IPv6 address are in brackets.
        if (colon < 0 || authority[colon..].Contains(']'))
        {
            return authority;
        }

        var port = authority[(colon + 1)..];
        var isDefault = port.IsEmpty
            || (port is "443" && scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
            || (port is "80" && scheme.Equals("http", StringComparison.OrdinalIgnoreCase));
        return isDefault ? authority[..colon] : authority;
    }

    private readonly ref struct PrefixAndRest(ReadOnlySpan<char> prefix, ReadOnlySpan<char> rest)
    {
        private readonly ReadOnlySpan<char> _prefix = prefix;
        private readonly ReadOnlySpan<char> _rest = rest;

        public void Deconstruct(out ReadOnlySpan<char> prefix, out ReadOnlySpan<char> rest)
        {
            prefix = _prefix;
            rest = _rest;
        }
    }
}
