using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;

/// <summary>The URL under which clients reach the API: scheme, host and the prefix of all paths.</summary>
internal sealed class DpopPublicUrl
{
    private DpopPublicUrl(Uri url)
    {
        Scheme = url.Scheme;
        Authority = url.IsDefaultPort ? HostOf(url) : FormattableString.Invariant($"{HostOf(url)}:{url.Port}");
        Prefix = url.AbsolutePath.TrimEnd('/');
    }

    /// <summary>Gets the scheme.</summary>
    public string Scheme { get; }

    /// <summary>Gets the host, and the port if it is not the scheme's default port.</summary>
    public string Authority { get; }

    /// <summary>Gets the prefix of all paths, without a slash at its end; empty if there is none.</summary>
    public string Prefix { get; }

    /// <summary>Reads the setting. Returns false if it is not an http or https URL without user, query and fragment.</summary>
    public static bool TryCreate(string? text, [NotNullWhen(true)] out DpopPublicUrl? publicUrl)
    {
        publicUrl = Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            ? new DpopPublicUrl(url)
            : null;
        return publicUrl is not null;
    }

    private static string HostOf(Uri url) => url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost;
}
