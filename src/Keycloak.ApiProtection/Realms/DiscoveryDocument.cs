using System.Text.Json;

namespace Keycloak.ApiProtection.Realms;

/// <summary>
/// What we take from the realm's <c>.well-known/openid-configuration</c>: that it is the right realm, and where its keys are.
/// </summary>
/// <remarks>OpenID Connect Discovery 1.0 sections 3 and 4.3.</remarks>
internal sealed record DiscoveryDocument(string Issuer, Uri KeysAddress)
{
    private const string WellKnown = "/.well-known/openid-configuration";

    /// <summary>Where Keycloak is asked about tokens: as the document says, else where it always is; <see langword="null"/> where neither is known.</summary>
    public Uri? IntrospectionAddress { get; private init; }

    /// <summary>Reads and checks a document.</summary>
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

            // A document of another realm would bring that realm's keys: nothing of it is used.
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

            return new DiscoveryDocument(issuer, keys) { IntrospectionAddress = Introspection(root, address) };
        }
    }

    private static Uri? Introspection(JsonElement root, Uri document)
    {
        if (Uri.TryCreate(RealmJson.String(root, "introspection_endpoint"), UriKind.Absolute, out var named)
            && (named.Scheme == Uri.UriSchemeHttp || named.Scheme == Uri.UriSchemeHttps))
        {
            return named;
        }

        var text = document.AbsoluteUri;

        return text.EndsWith(WellKnown, StringComparison.Ordinal)
            ? new Uri(text[..^WellKnown.Length] + "/protocol/openid-connect/token/introspect")
            : null;
    }
}
