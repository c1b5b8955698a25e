using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Claims;

/// <summary>The identity of one request: a view of the token's shared claims until somebody wants claim objects, or changes them.</summary>
/// <remarks>
/// Nothing that one request does to its identity shows in another: <see cref="Claim"/> objects belong to one identity. Questions that need
/// no objects (<see cref="HasClaim(string, string)"/>, which is <c>IsInRole</c>, and <see cref="Name"/>) are answered from the shared claims as long as the
/// application has added or removed none; after that, the claims of this identity decide. One copy cannot be served: <c>new ClaimsIdentity(identity,
/// claims, "a type of its own")</c> copies the base class's private list without asking anything; unless the claims were read before, it copies none.
/// </remarks>
internal sealed class KeycloakIdentity : ClaimsIdentity
{
    private readonly AccessTokenClaims _token;
    private volatile bool _materialised;
    private bool _changed;

    public KeycloakIdentity(AccessTokenClaims token, string authenticationType)
        : base(authenticationType, token.Options.NameClaimType, token.Options.RoleClaimType) => _token = token;

    private KeycloakIdentity(KeycloakIdentity other)
        : base(other)
    {
        _token = other._token;
        _materialised = other._materialised;
        _changed = other._changed;
    }

    /// <summary>The token's claims, as long as they are this identity's claims: null once the application has changed them.</summary>
    /// <remarks>GenericPrincipal hangs claims of its own on an identity; the base class then answers with something else than its list.</remarks>
    public AccessTokenClaims? Token => !_changed && base.Claims is List<Claim> ? _token : null;

    /// <summary>Whose verified token it is, whatever the application has changed since.</summary>
    public (string Issuer, string? Subject) VerifiedUser => (_token.Issuer, _token.Holder.Subject);

    /// <summary>What a revocation can know the token by, whatever the application has changed since.</summary>
    public ref readonly TokenMarks Marks => ref _token.Marks;

    /// <summary>This API's own client, as the handler was told.</summary>
    public string? ClientId => _token.Options.ClientId;

    /// <inheritdoc/>
    /// <remarks>
    /// <c>new ClaimsIdentity(identity)</c> copies the base class's private list, and asks for this before: the one place to fill the list in time.
    /// </remarks>
    public override string? AuthenticationType
    {
        get
        {
            Materialise();
            return base.AuthenticationType;
        }
    }

    /// <inheritdoc/>
    public override string? Name => Token is { } token ? token.Name : base.Name ?? FindFirst(KeycloakClaimTypes.Subject)?.Value;

    /// <inheritdoc/>
    public override IEnumerable<Claim> Claims
    {
        get
        {
            Materialise();
            return base.Claims;
        }
    }

    /// <inheritdoc/>
    public override bool HasClaim(string type, string value)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(value);
        if (Token is not { } token)
        {
            return base.HasClaim(type, value);
        }

        return string.Equals(type, RoleClaimType, StringComparison.OrdinalIgnoreCase) ? token.HasRole(value) : token.Has(type, value);
    }

    /// <inheritdoc/>
    public override bool HasClaim(Predicate<Claim> match)
    {
        Materialise();
        return base.HasClaim(match);
    }

    /// <inheritdoc/>
    public override Claim? FindFirst(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Token is { } token && !token.HasType(type) ? null : base.FindFirst(type);
    }

    /// <inheritdoc/>
    public override Claim? FindFirst(Predicate<Claim> match)
    {
        Materialise();
        return base.FindFirst(match);
    }

    /// <inheritdoc/>
    public override IEnumerable<Claim> FindAll(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        Materialise();
        return base.FindAll(type);
    }

    /// <inheritdoc/>
    public override IEnumerable<Claim> FindAll(Predicate<Claim> match)
    {
        ArgumentNullException.ThrowIfNull(match);
        Materialise();
        return base.FindAll(match);
    }

    /// <inheritdoc/>
    public override void AddClaim(Claim claim)
    {
        Materialise();
        _changed = true;
        base.AddClaim(claim);
    }

    /// <inheritdoc/>
    public override void AddClaims(IEnumerable<Claim?> claims)
    {
        Materialise();
        _changed = true;
        base.AddClaims(claims);
    }

    /// <inheritdoc/>
    public override bool TryRemoveClaim(Claim? claim)
    {
        Materialise();
        var removed = base.TryRemoveClaim(claim);
        _changed |= removed;
        return removed;
    }

    /// <inheritdoc/>
    public override void RemoveClaim(Claim? claim)
    {
        Materialise();
        base.RemoveClaim(claim);
    }

    /// <inheritdoc/>
    public override ClaimsIdentity Clone()
    {
        lock (this)
        {
            return new KeycloakIdentity(this);
        }
    }

    /// <inheritdoc/>
    protected override void WriteTo(BinaryWriter writer, byte[]? userData)
    {
        Materialise();
        base.WriteTo(writer, userData);
    }

    private void Materialise()
    {
        if (_materialised)
        {
            return;
        }

        // Several tasks of one request may read its user at once, as they may with any ClaimsIdentity. A lock object for each request would
        // cost every request what almost none needs; nothing is called from inside that could wait for somebody else.
        lock (this)
        {
            if (_materialised)
            {
                return;
            }

            foreach (ref readonly var claim in _token.All)
            {
                base.AddClaim(new Claim(claim.Type, claim.Value, claim.ValueType, _token.Issuer, _token.Issuer, this));
            }

            _materialised = true;
        }
    }
}
