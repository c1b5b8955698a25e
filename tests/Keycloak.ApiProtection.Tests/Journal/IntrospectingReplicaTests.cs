using Keycloak.ApiProtection.Tests.Introspection;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Journal;

/// <summary>An API with credentials asks Keycloak about tokens while the journal is silent, and after another replica's recheck.</summary>
public sealed class IntrospectingReplicaTests
{
    [Fact]
    public async Task While_the_journal_is_silent_a_session_that_ended_at_Keycloak_is_rejected()
    {
        MemoryJournal? journal = null;
        await using var api = await StartAsync(created => journal = created);
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal(0, api.Line.Questions);
        journal!.IsDown = true;
        api.Time.Advance(TimeSpan.FromSeconds(16));

        Assert.Equal("200", await api.VerdictAsync(token));

        Assert.Equal(1, api.Line.Questions);
        api.Realm.Users.Disable("alice");
        api.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.StartsWith("401", await api.VerdictAsync(token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_journal_can_be_read_Keycloak_is_not_asked()
    {
        await using var api = await StartAsync(_ => { });
        var token = api.Token();

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("200", await api.VerdictAsync(token));
            api.Time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(0, api.Line.Questions);
    }

    [Fact]
    public async Task The_recheck_of_another_replica_is_applied_once_although_it_is_read_again()
    {
        MemoryJournal? journal = null;
        await using var api = await StartAsync(created => journal = created);
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token));
        api.Services.GetRequiredService<IKeycloakRevocations>().RecheckAll();
        await api.Services.GetRequiredService<IKeycloakRevocations>().FlushAsync(TestContext.Current.CancellationToken);
        var entry = Assert.Single(journal!.Contents);
        await ReadAsync(api, journal);
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal(1, api.Line.Questions);

        journal.Write(entry);
        await ReadAsync(api, journal);
        Assert.Equal("200", await api.VerdictAsync(token));

        Assert.Equal(1, api.Line.Questions);
        journal.Write(entry.Replace("\"id\":\"", "\"id\":\"f", StringComparison.Ordinal)[..^3] + "\"}");
        await ReadAsync(api, journal);
        Assert.Equal("200", await api.VerdictAsync(token));
        Assert.Equal(2, api.Line.Questions);
    }

    private static async Task ReadAsync(IntrospectingApi api, MemoryJournal journal)
    {
        var reads = journal.Reads;
        await Replica.UntilAsync(api.Time, () => Task.FromResult(journal.Reads >= reads + 2));
    }

    private static Task<IntrospectingApi> StartAsync(Action<MemoryJournal> created) => IntrospectingApi.StartAsync(
        services => services.AddAuthentication().AddRevocationJournal().Use(provider =>
        {
            var journal = new MemoryJournal(provider.GetRequiredService<TimeProvider>());
            created(journal);
            return journal;
        }),
        _ => { },
        options => options.Introspection.Mode = IntrospectionMode.Never);
}
