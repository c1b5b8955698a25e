using System.Text.Json;

namespace Keycloak.ApiProtection.Realms;

/// <summary>
/// The values read from the realm's <c>.well-known/openid-configuration</c>: the issuer, and the addresses of its keys, of
/// introspection and of the token endpoint.
/// </summary>
/// <remarks>OpenID Connect Discovery 1.0 sections 3 and 4.3.</remarks>
internal sealed record DiscoveryDocument(string Issuer, Uri KeysAddress)
{
    private const string WellKnown = "/.well-known/openid-configuration";

    /// <summary>
    /// The introspection endpoint: as the document names it, otherwise at its usual path; <see langword="null"/> if neither is known.
    /// </summary>
    public Uri? IntrospectionAddress { get; private init; }

    /// <summary>
    /// The token endpoint: as the document names it, otherwise at its usual path; <see langword="null"/> if neither is known.
    /// </summary>
    public Uri? TokenAddress { get; private init; }

    /// <summary>Reads and validates a document.</summary>
    public static RealmAnswer<DiscoveryDocument> Read(ReadOnlyMemory<byte> json, RealmSettings settings)
    {
        var address = settings.MetadataAddress;

        if (!RealmJson.Parse(json, address).Succeeded(out var document, out var failure))
        {
            return failure;
        }

        using (document)
        {
            var root = document.RootElement;

            if (RealmJson.String(root, "issuer") is not { Length: > 0 } issuer)
            {
                return RealmFailure.NoIssuer(address);
            }

            // The document of another realm names that realm's keys, so nothing of it is used.
            if (!settings.ValidIssuers.Contains(issuer, StringComparer.Ordinal))
            {
                return RealmFailure.ForeignIssuer(address, issuer, settings.ValidIssuers);
            }

            var found = RealmJson.String(root, "jwks_uri");

            if (!Uri.TryCreate(found, UriKind.Absolute, out var keys)
                || (keys.Scheme != Uri.UriSchemeHttp && keys.Scheme != Uri.UriSchemeHttps))
            {
                return RealmFailure.NoKeysAddress(address, found);
            }

            if (settings.LacksHttps(keys))
            {
                return RealmFailure.KeysWithoutHttps(address, keys);
            }

            return new DiscoveryDocument(issuer, keys)
            {
                IntrospectionAddress = Endpoint(root, "introspection_endpoint", address, "/protocol/openid-connect/token/introspect"),
                TokenAddress = Endpoint(root, "token_endpoint", address, "/protocol/openid-connect/token"),
            };
        }
    }

    private static Uri? Endpoint(JsonElement root, string member, Uri document, string usualPath)
    {
        if (Uri.TryCreate(RealmJson.String(root, member), UriKind.Absolute, out var named)
            && (named.Scheme == Uri.UriSchemeHttp || named.Scheme == Uri.UriSchemeHttps))
        {
            return named;
        }

        var text = document.AbsoluteUri;

        return text.EndsWith(WellKnown, StringComparison.Ordinal)
            ? new Uri(text[..^WellKnown.Length] + usualPath)
            : null;
    }
}
