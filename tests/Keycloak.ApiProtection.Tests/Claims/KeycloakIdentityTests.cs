using System.Security.Claims;
using System.Security.Principal;
using Keycloak.ApiProtection.Claims;

namespace Keycloak.ApiProtection.Tests.Claims;

public sealed class KeycloakIdentityTests
{
    [Fact]
    public void Realm_roles_and_role_claims_are_changed_independently()
    {
        var withoutClaim = Users.Identity(CapturedTokens.Alice26);
        withoutClaim.RemoveClaim(withoutClaim.FindFirst(claim => claim.Type == ClaimTypes.Role && claim.Value == "admin"));
        Assert.Equal((false, true), Roles(withoutClaim, "admin"));

        var withoutAccess = Users.Identity(CapturedTokens.Alice26);
        withoutAccess.RemoveClaim(withoutAccess.FindFirst("realm_access"));
        Assert.Equal((true, false), Roles(withoutAccess, "admin"));

        var added = Users.Identity(CapturedTokens.Bob26);
        added.AddClaim(new Claim(ClaimTypes.Role, "admin"));
        Assert.Equal((true, false), Roles(added, "admin"));

        var neither = Users.Identity(CapturedTokens.Alice26);
        neither.RemoveClaim(neither.FindFirst(claim => claim.Type == ClaimTypes.Role && claim.Value == "admin"));
        neither.RemoveClaim(neither.FindFirst("realm_access"));
        Assert.Equal((false, false), Roles(neither, "admin"));

        static (bool IsInRole, bool HasRealmRole) Roles(ClaimsIdentity identity, string role) =>
            (new ClaimsPrincipal(identity).IsInRole(role), new ClaimsPrincipal(identity).HasRealmRole(role));
    }

    [Fact]
    public void Name_is_the_user_name_or_else_the_subject()
    {
        Assert.Equal("alice", Users.Identity(CapturedTokens.Alice26).Name);
        Assert.Equal("u-1", Users.Identity("""{"sub":"u-1"}""").Name);
        Assert.Null(Users.Identity(CapturedTokens.Lightweight26).Name);
    }

    [Fact]
    public void Name_can_be_another_claim_and_does_not_change_when_the_claims_are_read()
    {
        var identity = Users.Identity(CapturedTokens.Alice26, options => options.NameClaimType = "EMAIL");
        var before = identity.Name;
        Assert.Equal("alice@example.com", before);
        Assert.NotEmpty(identity.Claims);
        Assert.Equal(before, identity.Name);
        identity.AddClaim(new Claim("x", "y"));
        Assert.Equal(before, identity.Name);
    }

    [Fact]
    public void IsInRole_is_true_only_for_realm_roles_and_roles_of_the_own_client()
    {
        var user = Users.Of(CapturedTokens.Alice26);
        Assert.True(user.IsInRole("admin"));
        Assert.True(user.IsInRole("writer"));
        Assert.False(user.IsInRole("Admin"));
        Assert.False(user.IsInRole("dispatcher"));
        Assert.False(user.IsInRole("manage-account"));
        Assert.False(user.IsInRole(string.Empty));
    }

    [Fact]
    public void Claim_lookups_give_the_same_result_before_and_after_the_claims_are_read()
    {
        var all = Users.Identity(CapturedTokens.Alice26).Claims.ToArray();
        Assert.True(all.Length > 30);
        foreach (var claim in all)
        {
            var fresh = Users.Identity(CapturedTokens.Alice26);
            Assert.True(fresh.HasClaim(claim.Type, claim.Value), claim.ToString());
            Assert.True(fresh.HasClaim(claim.Type.ToUpperInvariant(), claim.Value), claim.ToString());
            Assert.False(fresh.HasClaim(claim.Type, claim.Value + "x"), claim.ToString());
            Assert.Equal(claim.Type, Users.Identity(CapturedTokens.Alice26).FindFirst(claim.Type)!.Type);
            Assert.Equal(
                claim.Type, Users.Identity(CapturedTokens.Alice26).FindFirst(c => c.Value == claim.Value && c.Type == claim.Type)!.Type);
            Assert.Contains(Users.Identity(CapturedTokens.Alice26).FindAll(claim.Type), c => c.Value == claim.Value);
            Assert.Contains(Users.Identity(CapturedTokens.Alice26).FindAll(_ => true), c => c.Value == claim.Value && c.Type == claim.Type);
            Assert.True(Users.Identity(CapturedTokens.Alice26).HasClaim(c => c.Type == claim.Type && c.Value == claim.Value));
        }

        Assert.Null(Users.Identity(CapturedTokens.Alice26).FindFirst("nothing"));
        Assert.Empty(Users.Identity(CapturedTokens.Alice26).FindAll("nothing"));
    }

    [Fact]
    public void A_claim_has_its_identity_as_subject_and_the_realm_as_issuer()
    {
        var identity = Users.Identity(CapturedTokens.Alice26);
        var email = identity.FindFirst("email")!;
        Assert.Same(identity, email.Subject);
        Assert.Equal(Users.Issuer, email.Issuer);
        Assert.Equal(Users.Issuer, email.OriginalIssuer);
        Assert.Same(email, identity.Claims.Single(claim => claim.Type == "email"));
    }

    [Fact]
    public void A_change_to_the_user_of_one_request_is_not_visible_in_another()
    {
        var token = Users.Token(CapturedTokens.Alice26);
        var one = new KeycloakIdentity(token, "Keycloak");
        var other = new KeycloakIdentity(token, "Keycloak");
        var untouched = new KeycloakIdentity(token, "Keycloak");
        var count = other.Claims.Count();

        one.AddClaim(new Claim(ClaimTypes.Role, "god"));
        one.AddClaims([new Claim("tenant", "1")]);
        Assert.True(one.TryRemoveClaim(one.FindFirst(claim => claim.Value == "admin")));
        one.RemoveClaim(one.FindFirst("email"));
        one.FindFirst("sub")!.Properties["seen"] = "yes";

        foreach (var identity in new[] { other, untouched })
        {
            Assert.Equal(count, identity.Claims.Count());
            Assert.False(identity.HasClaim(ClaimTypes.Role, "god"));
            Assert.True(identity.HasClaim(ClaimTypes.Role, "admin"));
            Assert.NotNull(identity.FindFirst("email"));
            Assert.Empty(identity.FindFirst("sub")!.Properties);
        }
    }

    [Fact]
    public void IsInRole_reflects_removed_and_added_role_claims()
    {
        var identity = Users.Identity(CapturedTokens.Alice26);
        var user = new ClaimsPrincipal(identity);
        Assert.True(user.IsInRole("admin"));

        identity.RemoveClaim(identity.FindFirst(claim => claim.Type == ClaimTypes.Role && claim.Value == "admin"));
        identity.AddClaim(new Claim(ClaimTypes.Role, "auditor"));

        Assert.False(user.IsInRole("admin"));
        Assert.True(user.IsInRole("auditor"));
        Assert.True(user.IsInRole("writer"));
    }

    [Fact]
    public void Each_method_that_changes_claims_takes_effect()
    {
        var added = Users.Identity(CapturedTokens.Alice26);
        added.AddClaim(new Claim(ClaimTypes.Role, "auditor"));
        Assert.True(new ClaimsPrincipal(added).IsInRole("auditor"));

        var addedSeveral = Users.Identity(CapturedTokens.Alice26);
        addedSeveral.AddClaims([new Claim("scope", "extra")]);
        Assert.True(new ClaimsPrincipal(addedSeveral).HasScope("extra"));

        var removed = Users.Identity(CapturedTokens.Alice26);
        removed.RemoveClaim(removed.FindFirst(ClaimTypes.Role));
        Assert.False(new ClaimsPrincipal(removed).IsInRole("offline_access"));
    }

    [Fact]
    public void The_typed_accessors_reflect_changes_by_the_application()
    {
        var identity = Users.Identity(CapturedTokens.Alice26);
        var user = new ClaimsPrincipal(identity);
        Assert.True(user.HasScope("email"));

        identity.RemoveClaim(identity.FindFirst(claim => claim is { Type: "scope", Value: "email" }));
        identity.AddClaim(new Claim("scope", "orders:write"));
        identity.RemoveClaim(identity.FindFirst("realm_access"));

        Assert.False(user.HasScope("email"));
        Assert.True(user.HasScope("orders:write"));
        Assert.False(user.HasRealmRole("admin"));
        Assert.True(user.HasClientRole("writer"));
        Assert.Equal("XqecREegFvE0iVapvbzsuCNO", user.GetSessionId());
    }

    [Fact]
    public void Removing_a_claim_of_another_identity_removes_nothing()
    {
        var identity = Users.Identity(CapturedTokens.Alice26);
        Assert.False(identity.TryRemoveClaim(new Claim("email", "alice@example.com")));
        Assert.False(identity.TryRemoveClaim(null));
        Assert.Throws<InvalidOperationException>(() => identity.RemoveClaim(new Claim("email", "alice@example.com")));
        Assert.NotNull(identity.FindFirst("email"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_clone_is_complete_and_independent(bool readFirst)
    {
        var identity = Users.Identity(CapturedTokens.Alice26);
        identity.Label = "label";
        identity.BootstrapContext = "token";
        identity.Actor = new ClaimsIdentity("actor");
        if (readFirst)
        {
            _ = identity.Claims.Count();
        }

        var clone = identity.Clone();
        clone.AddClaim(new Claim(ClaimTypes.Role, "god"));

        Assert.Equal(identity.Claims.Count() + 1, clone.Claims.Count());
        Assert.All(clone.Claims, claim => Assert.Same(clone, claim.Subject));
        Assert.Equal(("label", "token", "alice", "Keycloak"), (clone.Label, clone.BootstrapContext, clone.Name, clone.AuthenticationType));
        Assert.Equal("actor", clone.Actor!.AuthenticationType);
        Assert.False(identity.HasClaim(ClaimTypes.Role, "god"));
    }

    [Fact]
    public void A_clone_of_a_changed_identity_keeps_the_changes()
    {
        var identity = Users.Identity(CapturedTokens.Alice26);
        identity.RemoveClaim(identity.FindFirst(claim => claim.Type == ClaimTypes.Role && claim.Value == "admin"));
        Assert.False(new ClaimsPrincipal(identity.Clone()).IsInRole("admin"));
        Assert.True(new ClaimsPrincipal(identity.Clone()).IsInRole("writer"));
    }

    [Fact]
    public void Copies_made_by_the_framework_are_complete()
    {
        var count = Users.Identity(CapturedTokens.Alice26).Claims.Count();

        Assert.Equal(count, new ClaimsIdentity(Users.Identity(CapturedTokens.Alice26)).Claims.Count());
        Assert.Equal(count + 1, new ClaimsIdentity(Users.Identity(CapturedTokens.Alice26), [new Claim("x", "y")]).Claims.Count());
        Assert.Equal(count, Users.Of(CapturedTokens.Alice26).Clone().Claims.Count());
    }

    [Fact]
    public void Roles_that_GenericPrincipal_adds_to_its_copy_are_visible()
    {
        var generic = new GenericPrincipal(Users.Identity(CapturedTokens.Alice26), ["extra"]);
        Assert.True(generic.HasClaim(ClaimTypes.Role, "extra"));
        Assert.True(generic.HasClaim(ClaimTypes.Role, "admin"));
        Assert.Equal(Users.Identity(CapturedTokens.Alice26).Claims.Count() + 1, generic.Claims.Count());
        Assert.True(generic.HasScope("email"));
    }

    [Fact]
    public void A_serialized_and_deserialized_identity_has_the_same_claims()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            Users.Of(CapturedTokens.Alice26).WriteTo(writer);
        }

        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        var read = new ClaimsPrincipal(reader);

        Assert.Equal("alice", read.Identity!.Name);
        Assert.True(read.IsInRole("writer"));
        Assert.Equal(
            Users.Identity(CapturedTokens.Alice26).Claims.Select(claim => (claim.Type, claim.Value, claim.ValueType, claim.Issuer)),
            read.Claims.Select(claim => (claim.Type, claim.Value, claim.ValueType, claim.Issuer)));
    }

    [Fact]
    public async Task Concurrent_tasks_of_one_request_can_read_its_user()
    {
        for (var round = 0; round < 200; round++)
        {
            var identity = Users.Identity(CapturedTokens.Alice26);
            using var start = new Barrier(4);
            var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return worker % 2 == 0 ? identity.Claims.Count() : identity.Clone().Claims.Count();
            })));
            Assert.Single(counts.Distinct());
        }
    }

    [Fact]
    public void Null_arguments_are_rejected_as_in_ClaimsIdentity()
    {
        var identity = Users.Identity(CapturedTokens.Alice26);
        Assert.Throws<ArgumentNullException>(() => identity.HasClaim(null!, "x"));
        Assert.Throws<ArgumentNullException>(() => identity.HasClaim("x", null!));
        Assert.Throws<ArgumentNullException>(() => identity.HasClaim(null!));
        Assert.Throws<ArgumentNullException>(() => identity.FindFirst((string)null!));
        Assert.Throws<ArgumentNullException>(() => identity.FindFirst((Predicate<Claim>)null!));
        Assert.Throws<ArgumentNullException>(() => identity.FindAll((string)null!));
        Assert.Throws<ArgumentNullException>(() => identity.FindAll((Predicate<Claim>)null!));
        Assert.Throws<ArgumentNullException>(() => identity.AddClaim(null!));
        Assert.Throws<ArgumentNullException>(() => identity.AddClaims(null!));
    }

    [Fact]
    public void An_identity_is_small_until_its_claims_are_read_and_role_and_scope_checks_do_not_allocate()
    {
        var token = Users.Token(CapturedTokens.Alice26);
        var identity = new KeycloakIdentity(token, "Keycloak");
        var user = new ClaimsPrincipal(identity);
        var warm = user.IsInRole("admin") & user.HasScope("email") & user.HasClientRole("writer") & user.HasRealmRole("admin")
            & identity.Name is not null;
        Assert.True(warm);

        Assert.InRange(Allocated(() => GC.KeepAlive(new KeycloakIdentity(token, "Keycloak"))), 1, 300);
        Assert.Equal(0, Allocated(() => _ = user.HasScope("email") && user.HasScope("nothing")));
        Assert.Equal(0, Allocated(() => _ = user.HasRealmRole("admin") && user.HasClientRole("writer")));
        Assert.Equal(0, Allocated(() => _ = identity.Name));
        Assert.Equal(0, Allocated(() => _ = identity.HasClaim(ClaimTypes.Role, "writer")));
    }

    private static long Allocated(Action action)
    {
        action();
        var least = long.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
