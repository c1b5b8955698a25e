using System.Diagnostics;
using System.Globalization;
using System.Net;
using Gateway.Realms;
using Gateway.Servers;
using Npgsql;
using Spectre.Console;

namespace Replicas;

/// <summary>Logs users out while replicas and the database are running, restarted or stopped, and prints what each replica does.</summary>
internal sealed class Tour(ReplicatedSystem system) : IDisposable
{
    private const string Scopes = "openid orders:read";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ReplicaClient _client = new(system.Realm);
    private readonly Table _table = new Table().RoundedBorder().Title("Three replicas that share a journal")
        .AddColumns("What happens", "Keycloak's logout request", "Replica 1", "Replica 2", "Replica 3");
    private bool _asExpected = true;

    /// <summary>Makes the tour and prints it.</summary>
    /// <returns>Whether everything was as expected.</returns>
    public async Task<bool> WalkAsync(CancellationToken cancellation)
    {
        var alice = await system.Tokens.PasswordAsync("alice", Scopes, ReplicatedSystem.LoginClient, cancellation);
        var bob = await system.Tokens.PasswordAsync("bob", Scopes, ReplicatedSystem.LoginClient, cancellation);
        await ThroughNginxAsync("alice calls the API three times, through NGINX", alice, cancellation);
        await ThroughNginxAsync("bob, too", bob, cancellation);

        await LogOutAsync("alice logs out", alice, HttpStatusCode.OK, cancellation);
        await RestartAsync([system.Replicas[2]], cancellation);
        await CallEachAsync("Replica 3 was restarted; alice calls", alice, HttpStatusCode.Unauthorized, false, cancellation);
        await CallEachAsync("bob calls", bob, HttpStatusCode.OK, false, cancellation);

        await system.Database.StopAsync();
        await CallEachAsync("The database is stopped; bob calls", bob, HttpStatusCode.OK, true, cancellation);
        await LogOutAsync("bob logs out", bob, HttpStatusCode.ServiceUnavailable, cancellation);

        await system.Database.StartAsync(cancellation);
        await UntilJournalHasAsync(sessions: 2, "The database is started", cancellation);
        await RestartAsync(system.Replicas, cancellation);
        await CallEachAsync("All replicas were restarted; bob calls", bob, HttpStatusCode.Unauthorized, false, cancellation);
        alice = await system.Tokens.PasswordAsync("alice", Scopes, ReplicatedSystem.LoginClient, cancellation);
        await CallEachAsync("alice has logged in again", alice, HttpStatusCode.OK, false, cancellation);

        Print();
        return _asExpected;
    }

    /// <summary>Prints all addresses.</summary>
    public void PrintAddresses()
    {
        Console.WriteLine();
        Console.WriteLine($"  Keycloak         {system.Realm.Issuer}    (embedded)");
        foreach (var process in (ServerProcess[])[system.Nginx, .. system.Replicas])
        {
            Console.WriteLine($"  {process.Name,-16} {process.Address}    process {process.Id}");
        }

        Console.WriteLine($"  PostgreSQL       {system.Database.ConnectionString}");
        Console.WriteLine();
        Console.WriteLine("Ctrl+C stops all servers.");
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private async Task ThroughNginxAsync(string what, Tokens user, CancellationToken cancellation)
    {
        var statuses = new Dictionary<int, HttpStatusCode>();
        foreach (var _ in system.Replicas)
        {
            var (status, replica) = await _client.CallAsync(system.Nginx, user.Access, cancellation);
            statuses[system.NumberOf(replica!)] = status;
        }

        AddRow(what, string.Empty, number =>
            statuses.TryGetValue(number, out var status) ? Cell(status, HttpStatusCode.OK) : Unexpected("no request", "200"));
    }

    private async Task CallEachAsync(
        string what, Tokens user, HttpStatusCode expected, bool introspected, CancellationToken cancellation)
    {
        var cells = new List<string>();
        foreach (var replica in system.Replicas)
        {
            var status = await _client.UntilIntrospectedAsync(replica, user.Access, introspected, cancellation);
            cells.Add(Cell(status, expected, introspected ? ", introspected" : string.Empty));
        }

        AddRow(what, string.Empty, number => cells[number - 1]);
    }

    private async Task LogOutAsync(string what, Tokens user, HttpStatusCode expected, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var rejections = system.Replicas
            .Select(replica => _client.UntilRejectedAsync(replica, user.Access, clock, cancellation)).ToArray();
        await system.Tokens.LogOutAsync(user.Refresh!, ReplicatedSystem.LoginClient, cancellation);
        var times = await Task.WhenAll(rejections);

        var receiver = system.NumberOf(await LastReceiverAsync(cancellation));
        AddRow(
            what,
            Cell((HttpStatusCode?)system.Realm.Pushes[^1].Status, expected, $" from replica {receiver}"),
            number => times[number - 1] is { } time
                ? Cell(HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, $" after {time.TotalMilliseconds:N0} ms")
                : Unexpected("not rejected", "401"));
    }

    private static async Task RestartAsync(IReadOnlyList<ServerProcess> replicas, CancellationToken cancellation)
    {
        await Task.WhenAll(replicas.Select(replica => replica.StopAsync()));
        await Task.WhenAll(replicas.Select(replica => replica.StartAsync(cancellation)));
    }

    /// <summary>Returns the replica that got Keycloak's last request.</summary>
    private async Task<string> LastReceiverAsync(CancellationToken cancellation)
    {
        while (true)
        {
            // METHOD PATH STATUS REPLICA. NGINX writes the line just after the response.
            var lines = await File.ReadAllLinesAsync(system.AccessLog, cancellation);
            var posts = Array.FindAll(lines, line => line.StartsWith("POST ", StringComparison.Ordinal));
            if (posts.Length == system.Realm.Pushes.Count)
            {
                return posts[^1].Split(' ')[3];
            }

            await Task.Delay(10, cancellation);
        }
    }

    /// <summary>Waits until the journal has the logouts of this many sessions.</summary>
    private async Task UntilJournalHasAsync(int sessions, string what, CancellationToken cancellation)
    {
        await using var database = NpgsqlDataSource.Create(system.Database.ConnectionString);
        await using var count = database.CreateCommand("select count(distinct content::json ->> 'name') from keycloak_revocations");
        var clock = Stopwatch.StartNew();
        while (await count.ExecuteScalarAsync(cancellation) is not long found || found < sessions)
        {
            if (clock.Elapsed > Patience)
            {
                AddRow(what, Unexpected("not in the journal", "in the journal"), _ => string.Empty);
                return;
            }

            await Task.Delay(10, cancellation);
        }

        var elapsed = string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalMilliseconds:N0} ms");
        AddRow(what, $"in the journal after {elapsed}", _ => string.Empty);
    }

    private void AddRow(string what, string logout, Func<int, string> cell) => _table.AddRow(what, logout, cell(1), cell(2), cell(3));

    private string Cell(HttpStatusCode? status, HttpStatusCode expected, string detail = "") =>
        status == expected
            ? $"[{(expected == HttpStatusCode.OK ? "green" : "yellow")}]{(int)expected}[/]{detail}"
            : Unexpected(
                status is { } other ? ((int)other).ToString(CultureInfo.InvariantCulture) : "nothing",
                ((int)expected).ToString(CultureInfo.InvariantCulture) + detail);

    private string Unexpected(string found, string expected)
    {
        _asExpected = false;
        return $"[red]{found}, expected {expected}[/]";
    }

    private void Print()
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Width = 160;
        }

        AnsiConsole.WriteLine();
        AnsiConsole.Write(_table);
    }
}
