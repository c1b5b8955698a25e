namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A client of the realm.</summary>
internal sealed record Client(string Id)
{
    public bool Enabled { get; init; } = true;

    public bool Public { get; init; }

    public bool BearerOnly { get; init; }

    public string? Secret { get; init; }

    public bool DirectAccessGrants { get; init; }

    public bool StandardFlow { get; init; }

    public bool ServiceAccounts { get; init; }

    public bool ConsentRequired { get; init; }

    public bool FullScopeAllowed { get; init; } = true;

    public long NotBefore { get; init; }

    public IReadOnlyList<string> DefaultScopes { get; init; } = [];

    public IReadOnlyList<string> OptionalScopes { get; init; } = [];

    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    public IReadOnlyList<string> WebOrigins { get; init; } = [];

    /// <summary>The URL below which Keycloak sends not-before times and sign-outs.</summary>
    public string? AdminUrl { get; init; }

    public IReadOnlyList<ProtocolMapper> Mappers { get; init; } = [];

    public IReadOnlyList<RoleName> ScopeMappings { get; init; } = [];

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    public string AccessTokenAlgorithm(RealmExport realm) => Attribute("access.token.signed.response.alg") ?? realm.DefaultAlgorithm;

    public string IdTokenAlgorithm(RealmExport realm) => Attribute("id.token.signed.response.alg") ?? realm.DefaultAlgorithm;

    public bool Lightweight => IsOn("client.use.lightweight.access.token.enabled");

    /// <summary>Whether the access token's header contains <c>at+jwt</c> (RFC 9068).</summary>
    public bool Rfc9068Header => IsOn("access.token.header.type.rfc9068");

    public bool LowercaseBearer => IsOn("token.response.type.bearer.lower-case");

    public bool DPoPRequired => IsOn("dpop.bound.access.tokens");

    public bool CertificateRequired => IsOn("tls.client.certificate.bound.access.tokens");

    public bool RefreshTokenForServiceAccount => IsOn("client_credentials.use_refresh_token");

    public bool UsesRefreshTokens => Attribute("use.refresh.tokens") is not "false";

    public bool IsOn(string attribute) => string.Equals(Attribute(attribute), "true", StringComparison.OrdinalIgnoreCase);

    public TimeSpan? Lifespan(string attribute) =>
        long.TryParse(Attribute(attribute), out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds) : null;

    public string? Attribute(string name) => Attributes.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}
