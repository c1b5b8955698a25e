namespace Keycloak.ApiProtection.Claims;

/// <summary>The claims of one verified token: immutable, and shared by all requests that carry it.</summary>
/// <remarks>
/// Making one stores three references. Each part is read from the payload when somebody first asks for it; two threads that ask at once may
/// both read it, and either result is the same and complete, because parts are immutable when they are published.
/// </remarks>
internal sealed class AccessTokenClaims
{
    private readonly byte[] _payload;
    private NameSet? _scopes;
    private TokenRights? _rights;
    private TokenHolder? _holder;
    private TokenMemberships? _memberships;
    private TokenClaim[]? _all;

    /// <param name="payload">The verified payload: one JSON object, well-formed, without duplicate members. It must not change any more.</param>
    /// <param name="options">Not changed any more.</param>
    /// <param name="issuer">The verified <c>iss</c>: what <see cref="System.Security.Claims.Claim.Issuer"/> says.</param>
    public AccessTokenClaims(byte[] payload, KeycloakClaimsOptions options, string issuer)
    {
        _payload = payload;
        Options = options;
        Issuer = issuer;
    }

    public KeycloakClaimsOptions Options { get; }

    public string Issuer { get; }

    public ReadOnlyMemory<byte> Payload => _payload;

    public NameSet Scopes => _scopes ??= TokenRights.ReadScopes(_payload);

    public TokenRights Rights => _rights ??= TokenRights.Read(_payload, Options);

    public TokenHolder Holder => _holder ??= TokenHolder.Read(_payload, Options.NameClaimType);

    public TokenMemberships Memberships => _memberships ??= TokenMemberships.Read(_payload);

    /// <summary>Every claim, in the token's order, then the role claims.</summary>
    public ReadOnlySpan<TokenClaim> All => _all ??= TokenClaimList.Read(_payload, this);

    /// <summary><see cref="System.Security.Claims.ClaimsIdentity.Name"/>: the name claim, else the subject.</summary>
    public string? Name => Holder.Name ?? FirstOf(Options.NameClaimType) ?? Holder.Subject;

    public bool HasRole(string role) => Rights.Roles.Contains(role);

    public bool HasType(string type) => FirstOf(type) is not null;

    public bool Has(string type, string value)
    {
        foreach (ref readonly var claim in All)
        {
            if (string.Equals(claim.Type, type, StringComparison.OrdinalIgnoreCase) && string.Equals(claim.Value, value, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private string? FirstOf(string type)
    {
        foreach (ref readonly var claim in All)
        {
            if (string.Equals(claim.Type, type, StringComparison.OrdinalIgnoreCase))
            {
                return claim.Value;
            }
        }

        return null;
    }
}
