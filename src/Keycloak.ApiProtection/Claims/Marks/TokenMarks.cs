using System.Globalization;
using System.Security.Claims;
using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Claims.Marks;

/// <summary>
/// The marks by which a revocation identifies a token. Computed once per token, so that a lookup in the log costs a request very little.
/// </summary>
internal readonly struct TokenMarks
{
    private const ulong ClientMask = (1UL << RevocationKey.ClientBits) - 1;
    private const ulong Offline = 1UL << 63;
    private const ulong NotOnline = 1UL << 62;
    private const string OfflineAccess = "offline_access";

    // A date until 9999 has 38 bits, the client has 24, one says whether the token has offline access, and one whether its session is not
    // an online session. Each byte here is needed for each remembered token.
    private readonly ulong _issuedAtAndClient;

    /// <summary>Computes the marks from a token's claims.</summary>
    public TokenMarks(in TokenClaims claims, NameHash names)
        : this(
            names.KeyOf(RevocationKind.Session, claims.Json, claims.Issuer, claims.Session),
            names.KeyOf(RevocationKind.User, claims.Json, claims.Issuer, claims.Subject),
            RevocationKey.Short(names.KeyOf(RevocationKind.Client, claims.Json, claims.Issuer, claims.AuthorizedParty)),
            names.KeyOf(RevocationKind.Token, claims.Json, claims.Issuer, claims.Id),
            claims.IssuedAt,
            TokenRights.ReadScopes(claims.Json).Contains(OfflineAccess),
            claims.Id is { Kind: JsonKind.String, Escaped: false } id && IsOfNoOnlineSession(id.Raw(claims.Json)))
    {
    }

    private TokenMarks(ulong session, ulong user, ulong client, ulong token, long issuedAt, bool isOffline, bool isNotOnline)
    {
        Session = session;
        User = user;
        Token = token;
        _issuedAtAndClient = ((ulong)issuedAt << RevocationKey.ClientBits) | client
            | (isOffline ? Offline : 0) | (isNotOnline ? NotOnline : 0);
    }

    /// <summary>Gets the key of <c>sid</c>. Like the other keys, it is zero if the claim is absent.</summary>
    public ulong Session { get; }

    /// <summary>Gets the key of <c>sub</c>.</summary>
    public ulong User { get; }

    /// <summary>Gets the key of <c>jti</c>.</summary>
    public ulong Token { get; }

    /// <summary>Gets the key of <c>azp</c>.</summary>
    public ulong Client => RevocationKey.Spread(_issuedAtAndClient & ClientMask);

    /// <summary>Gets <c>iat</c> in seconds since 1970.</summary>
    public long IssuedAt => (long)((_issuedAtAndClient & ~(Offline | NotOnline)) >> RevocationKey.ClientBits);

    /// <summary>
    /// Gets whether the token has the scope <c>offline_access</c>: an offline session outlives the logout of the session it began with.
    /// </summary>
    public bool IsOffline => (_issuedAtAndClient & Offline) != 0;

    /// <summary>
    /// Gets the key of the user's online sessions; zero if <c>sub</c> is absent, or if the token is of no online session.
    /// </summary>
    /// <remarks>
    /// Since Keycloak 26.2, <c>jti</c> begins with the kind of the session: <c>on</c> (online), <c>of</c> (offline) or <c>tr</c>
    /// (transient, of a service account). A token that does not say so counts as a token of an online session.
    /// </remarks>
    public ulong OnlineSessionsOfUser => (_issuedAtAndClient & NotOnline) != 0 ? 0 : RevocationKey.OnlineSessionsOf(User);

    /// <summary>Gets the key of the user together with the client; zero where one of the two is absent.</summary>
    public ulong UserOfClient => RevocationKey.SessionOfClient(User, _issuedAtAndClient & ClientMask, isOffline: false);

    /// <summary>Gets the key of the session together with the client; zero where one of the two is absent.</summary>
    public ulong SessionOfClient => RevocationKey.SessionOfClient(Session, _issuedAtAndClient & ClientMask, IsOffline);

    /// <summary>Returns the marks of a verified payload.</summary>
    public static TokenMarks Of(ReadOnlySpan<byte> payload, NameHash names) =>
        TokenClaims.TryRead(payload, out var claims, out _) ? new TokenMarks(claims, names) : default;

    /// <summary>
    /// Returns these marks; a missing one is taken from Keycloak's introspection response. <c>iat</c> is always the token's own.
    /// </summary>
    public TokenMarks With(in TokenMarks response)
    {
        var client = _issuedAtAndClient & ClientMask;
        return new TokenMarks(
            Session != 0 ? Session : response.Session,
            User != 0 ? User : response.User,
            client != 0 ? client : response._issuedAtAndClient & ClientMask,
            Token != 0 ? Token : response.Token,
            IssuedAt,
            IsOffline || response.IsOffline,
            ((Token != 0 ? _issuedAtAndClient : response._issuedAtAndClient) & NotOnline) != 0);
    }

    /// <summary>Returns whether both are equal.</summary>
    public bool Equals(in TokenMarks other) =>
        Session == other.Session && User == other.User && Token == other.Token && _issuedAtAndClient == other._issuedAtAndClient;

    /// <summary>Reads the marks of the token with which a scheme authenticated a user. False if there is no such token.</summary>
    /// <remarks>
    /// For identities of other handlers (JwtBearer, or the application's own), the marks are read from the claims of the identity.
    /// </remarks>
    /// <param name="user">The user.</param>
    /// <param name="scheme">The scheme.</param>
    /// <param name="names">How names are hashed.</param>
    /// <param name="issuer">The issuer of a token if its identity does not name one.</param>
    /// <param name="marks">The marks.</param>
    public static bool TryRead(ClaimsPrincipal user, string scheme, NameHash names, string issuer, out TokenMarks marks)
    {
        marks = default;
        var identities = user.Identities.Where(identity => identity.IsAuthenticated).ToArray();
        var own = identities.OfType<KeycloakIdentity>().ToArray();
        if (own.Length > 0)
        {
            identities = [.. own.Where(identity => identity.AuthenticationType == scheme)];
            if (identities is [KeycloakIdentity { Token: not null } unchanged, ..])
            {
                return (marks = unchanged.Marks(names)).HasAny;
            }
        }

        string? Claim(params ReadOnlySpan<string> types)
        {
            foreach (var type in types)
            {
                foreach (var identity in identities)
                {
                    if (identity.FindFirst(type) is { } claim)
                    {
                        return claim.Value;
                    }
                }
            }

            return null;
        }

        var realm = Claim("iss") ?? issuer;
        marks = new TokenMarks(
            names.Of(RevocationKind.Session, realm, Claim("sid", "session_state")).Key,
            names.Of(RevocationKind.User, realm, Claim("sub", ClaimTypes.NameIdentifier)).Key,
            RevocationKey.Short(names.Of(RevocationKind.Client, realm, Claim("azp")).Key),
            names.Of(RevocationKind.Token, realm, Claim("jti")).Key,
            long.TryParse(Claim("iat"), NumberStyles.None, CultureInfo.InvariantCulture, out var issuedAt)
                && issuedAt <= NumericDate.Latest ? issuedAt : 0,
            identities.Any(identity => identity.FindAll("scope").Any(scope => scope.Value.Split(' ').Contains(OfflineAccess))),
            Claim("jti") is { } id && IsOfNoOnlineSession(Encoding.UTF8.GetBytes(id)));
        if (identities is [KeycloakIdentity changed, ..])
        {
            // Add the marks that the application removed, and those that only the introspection response contained.
            marks = marks.With(changed.Marks(names));
        }

        return marks.HasAny;
    }

    // "ofrtro:<id>": two letters for the session, two for the kind of token, two for the grant. Other ids have no colon there.
    private static bool IsOfNoOnlineSession(ReadOnlySpan<byte> id) =>
        id is [_, _, _, _, _, _, (byte)':', ..] && (id.StartsWith("of"u8) || id.StartsWith("tr"u8));

    private bool HasAny => (Session | User | Client | Token) != 0;
}
